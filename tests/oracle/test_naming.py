"""What is said beside a mutant's name: its number, reports, broken laws, other arguments."""

import numpy as np
import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.border.presets import FLA
from refmem.oracle.cases.case import find_case
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.explain.laws import MEANINGS
from refmem.oracle.explain.mutants import MUTANTS
from refmem.oracle.explain.mutants.gradients import GRADIENT_MUTANTS
from refmem.oracle.explain.refusals import advice, alike
from refmem.oracle.explain.survey import PROJECTS, ROWS, links_in, listed, references
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.properties import PROPERTIES


def diagnosed(kernel, rule, names, **of):
    target = PythonCallable(kernel, rule, name="kernel", **of)
    outcomes = [one for name in names for one in check(target, case=f"{rule}/{name}").outcomes]
    return diagnose(target, outcomes)


# ---- numbers

SHORT = ("ordinary/1", "no-state/0", "few-keys/0", "unit-state/1", "square/0")


def with_epsilon(eps):
    def kernel(q, k, v, state=None, scale=1):
        phi = lambda x: np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))  # noqa: E731
        q, k = phi(q * scale), phi(k)
        one = np.concatenate([v, np.ones((*v.shape[:-1], 1), v.dtype)], axis=-1)
        before = 0 if state is None else state[..., None, :, :]
        S = before + np.cumsum(k[..., :, None] * one[..., None, :], axis=-3)
        reads = (q[..., None, :] @ S)[..., 0, :]
        out = reads[..., :-1] / (reads[..., -1:] + np.float32(eps))
        return out.astype(v.dtype), S[..., -1, :, :].astype(v.dtype)

    return kernel


@pytest.mark.parametrize(("eps", "said"), [(1e-3, "0.001"), (0.0037, "0.0037")])
def test_an_epsilon_is_named_with_its_size(eps, said):
    names = ("ordinary/1", "no-state/0", "few-keys/0", "square/0")
    (found,) = diagnosed(with_epsilon(eps), "normalized_linear_attention", names)
    assert f"with an epsilon of {said} added to the denominator" in str(found)
    assert "declare it where it is meant: --denominator-eps" in str(found)
    assert "roundings" not in str(found)


def test_a_rule_without_an_epsilon_is_right_here():
    assert diagnosed(with_epsilon(0), "normalized_linear_attention", ("ordinary/1",)) == []


def clamped_glu(x, w_gate, w_in, w_out):
    a, b = x @ w_gate.swapaxes(-1, -2), x @ w_in.swapaxes(-1, -2)
    a, b = np.minimum(a, np.float32(0.37)), np.clip(b, np.float32(-0.37), np.float32(0.37))
    return (a / (1 + np.exp(-a)) * b) @ w_out, None


def test_a_clamp_is_named_with_its_limit():
    (found,) = diagnosed(clamped_glu, "glu", ("ordinary/1", "ordinary/2", "square/0"))
    assert "gate and up clamped at 0.37 before the activation" in str(found)
    assert "output equals glu with" in str(found)


def windowed(**inputs):
    out, state = refmem.softmax_attention(**inputs, window=128)
    return out, state


def test_a_window_that_loses_two_keys_is_no_rounding():
    names = ("no-state/4", "no-state/2", "no-state/1", "without-sink/1")
    (found,) = diagnosed(windowed, "softmax_attention", names)
    words = str(found)
    assert "only where T > 128" in words
    assert "with a window of 128 keys where none was asked" in words
    assert "from token 128 on" in words
    assert "roundings" not in words


# ---- reports


def test_every_mutant_names_reports_that_exist_in_the_table():
    for mutant in (*MUTANTS, *GRADIENT_MUTANTS):
        found = references(mutant.seen)
        assert all(one.text for one in found), mutant.name


def test_rows_are_links_and_words_are_words():
    (one,) = references((24,))
    assert one.text == "ollama/ollama#15865"
    assert one.url == "https://github.com/ollama/ollama/issues/15865"
    (commit, _, _) = references((11,))
    assert commit.url == "https://github.com/fla-org/flash-linear-attention/commit/d1fc1c54"
    assert references(("somewhere#1",)) == [("somewhere#1", "")]
    assert references(("NX-AI/xlstm#98", "NX-AI/xlstm#98"))[0].url.endswith("/xlstm/issues/98")


def test_projects_and_rows_are_well_formed():
    assert all(name.count("/") == 1 for name in PROJECTS.values())
    assert all(isinstance(row, int) and reports for row, reports in ROWS.items())
    named = {r.partition("#")[0] for reports in ROWS.values() for r in reports if "#" in r}
    assert len(named & PROJECTS.keys()) > 35


def test_links_are_found_again_in_a_text():
    text = f"seen before: {listed(references((24, 9)), 4)} and more"
    ((start, stop, url),) = links_in(text)
    assert text[start:stop] == "ollama/ollama#15865"
    assert url.endswith("/issues/15865")
    assert listed(references((24, 9)), 1) == "ollama/ollama#15865 and 1 more"


# ---- laws


def test_every_law_has_a_meaning():
    assert {one.name for one in PROPERTIES} == set(MEANINGS)


def forgetful(state=None, **inputs):
    """A state that is passed is left out."""
    return refmem.delta(**inputs)


def test_broken_laws_are_evidence():
    target = PythonCallable(forgetful, "delta", name="kernel")
    names = ("delta/ordinary/1", "delta/split@short-chunks/5", "delta/batch@ordinary/5")
    outcomes = [one for name in names for one in check(target, case=name).outcomes]
    (found,) = diagnose(target, outcomes)
    assert "with the initial state ignored" in str(found)
    assert f"the law of split is broken: {MEANINGS['split']}" in str(found)
    assert "laws that hold: batch" in str(found)


def test_a_law_alone_is_a_diagnosis_too():
    target = PythonCallable(forgetful, "delta", name="kernel")
    outcomes = check(target, case="delta/decode@short-chunks/5").outcomes
    (found,) = diagnose(target, outcomes)
    assert str(found).startswith(
        "kernel: no case of delta fails, but it breaks laws\nthe law of dec"
    )


# ---- other arguments


def without_state(**given):
    raise TypeError("f() got an unexpected keyword argument 'initial_state'")


def test_a_type_error_is_no_known_mistake_and_no_numeric_one():
    (found,) = diagnosed(without_state, "gated_delta", ("ordinary/1", "square/0"), convention=FLA)
    words = str(found)
    assert "kernel: nothing of gated_delta could be compared" in words
    assert "no known mistake" not in words
    assert "the function has no argument initial_state (state): this is no mistake" in words
    assert "if it lacks it, declare that: --lacks state" in words


def test_an_argument_that_is_wanted_is_named():
    case = find_case("gated_delta/ordinary/1")
    raised = "raised TypeError: f() missing 1 required positional argument: 'queries'"
    (said,) = advice(raised, case, FLA)
    assert said.startswith("the function wants an argument queries, and was given q, k, v, g, beta")
    assert "--rename NAME=queries" in said


def test_what_is_returned_is_declared_too():
    case = find_case("gated_delta/ordinary/1")
    (said,) = advice("raised TypeError: returned ndarray, expected (out, state)", case, FLA)
    assert "--returns out" in said
    assert advice("raised ValueError: no", case, FLA) == []


def test_messages_that_differ_by_numbers_are_alike():
    found = alike({"a": "shape (2, 3)", "b": "crash", "c": "shape (4, 5)"})
    assert list(found.values()) == [["a", "c"], ["b"]]
