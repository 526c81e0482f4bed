"""A mistake planted in a backward pass is named: by whose gradient is wrong, and how."""

import numpy as np
import pytest
from click.testing import CliRunner

import refmem
from refmem.commands.main import main
from refmem.oracle import check
from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import find_case
from refmem.oracle.explain.backward import diagnose_gradients
from refmem.oracle.explain.mutants.backward import between_chunks_cut, mutated_gradients
from refmem.oracle.explain.mutants.gradients import GRADIENT_MUTANTS
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.gradients import expect_gradients

CASES = ("ordinary/1", "ordinary/4", "unit-state/1", "scale/1", "few-keys/0", "beta-one/1")


class Kernel:
    """The gated delta rule, and gradients with one mistake: change(gradients, arguments)."""

    def __init__(self, change):
        self.change = change

    def __call__(self, **inputs):
        return refmem.gated_delta(**inputs)

    def vjp(self, **inputs):
        return self.change(right(**inputs), inputs)


def right(**inputs):
    return refmem.gated_delta.vjp(**inputs)._asdict()


def summed(x, axis):
    return np.repeat(x.sum(axis, keepdims=True), x.shape[axis], axis)


def lost(x):
    return np.concatenate([x[:, :, :-1], 0 * x[:, :, -1:]], axis=2)


PLANTED = {
    "gate gradient summed over the batch": lambda g, x: g | {"alpha": summed(g["alpha"], 0)},
    "gate gradient summed over heads": lambda g, x: g | {"alpha": summed(g["alpha"], 1)},
    "gate gradient by the logarithm": lambda g, x: g | {"alpha": g["log_alpha"]},
    "gate gradient lost at the end": lambda g, x: g | {"alpha": lost(g["alpha"])},
    "gate gradient's sign turned": lambda g, x: g | {"alpha": -g["alpha"]},
    "no gradient by the first state": lambda g, x: g | {"state": 0 * g["state"]},
    "cotangent of the state ignored": lambda g, x: right(**x | {"dstate": 0 * x["dstate"]}),
    "cotangent of the output ignored": lambda g, x: right(**x | {"dout": 0 * x["dout"] + 1}),
    "beta gradient summed over the batch": lambda g, x: g | {"beta": summed(g["beta"], 0)},
    "key gradient halved": lambda g, x: g | {"k": g["k"] / 2},
    "query gradient tripled": lambda g, x: g | {"q": 3 * g["q"]},
}


def target(change):
    return PythonCallable(Kernel(change), "gated_delta", name="kernel")


def diagnosed(change, names=CASES):
    kernel = target(change)
    outcomes = [
        one for name in names for one in check(kernel, case=f"gated_delta/gradient@{name}").outcomes
    ]
    return diagnose_gradients(kernel, outcomes)


@pytest.mark.parametrize(("mutant", "change"), PLANTED.items())
def test_a_planted_mistake_is_named(mutant, change):
    (found,) = diagnosed(change)
    assert found.mutant.name == mutant
    assert found.cases >= found.of - 1
    assert found.error < 1e-6


def test_the_words():
    (found,) = diagnosed(PLANTED["beta gradient summed over the batch"])
    first, equal, look, seen = str(found).splitlines()
    assert first == "kernel: gradient by beta is wrong, by q, k, v, alpha and state right"
    assert equal.startswith(
        "it equals that of gated_delta with beta's gradient summed over the batch ("
    )
    assert equal.endswith(", in 6 of 6 failed cases")
    assert look == "look at the axes of the reduction of dbeta"
    assert seen.startswith("seen before: fla-org/flash-linear-attention#43, ")


def test_an_unknown_mistake_gets_hints():
    (found,) = diagnosed(lambda g, x: g | {"v": np.float32(1.7) * g["v"]})
    assert "gradient by v is wrong, by q, k, alpha, beta and state right" in str(found)
    assert "gradient by v is 1.7 times what it should be" in str(found)


def crash(gradients, inputs):
    raise RuntimeError("no backward")


def test_no_gradients_are_said_to_be_none():
    (found,) = diagnosed(crash, ["ordinary/1"])
    words = str(found)
    assert "kernel: no gradients of gated_delta come of it" in words
    assert "raised RuntimeError: no backward" in words


def test_right_gradients_have_no_diagnosis():
    assert diagnosed(lambda g, x: g) == []


def test_pieces_that_hand_everything_on_are_the_whole():
    """Cut between chunks, but for one chunk only: nothing is lost."""
    case = find_case("gated_delta/short-chunks/3")  # 15 tokens: one chunk of 16
    backward = expect_gradients(case, REFMEM, np.float32)

    def vjp(**given):
        return case.rule.vjp(**given, form="recurrent")._asdict()

    given = case.inputs | {f"d{name}": x for name, x in backward.along.items()}
    cut, whole = between_chunks_cut(case, vjp)(**given), vjp(**given)
    for name in case.axes:
        assert np.array_equal(cut[name], whole[name])


def test_each_mutant_changes_what_it_says_and_nothing_else():
    """Those of one input leave the gradients by all others alone, to the bit."""
    of = {"gate": "alpha", "beta": "beta", "key": "k", "value": "v", "query": "q", "first": "state"}
    case = find_case("gated_delta/scale/1")
    backward = expect_gradients(case, REFMEM, np.float32)
    for mutant in GRADIENT_MUTANTS:
        name = of.get(mutant.name.split()[0])
        if name is None:
            continue
        for other, x in mutated_gradients(mutant, backward).items():
            assert np.array_equal(x, backward.expected.truth[other]) == (other != name), mutant.name


def wrong_gradient(**inputs):
    return refmem.gated_delta(**inputs)


wrong_gradient.vjp = Kernel(PLANTED["key gradient halved"]).vjp


def test_the_command_says_it():
    arguments = ("check", f"{__name__}:wrong_gradient", "--rule", "gated_delta", "--seed", "1")
    result = CliRunner().invoke(main, [*arguments, "--grad"])
    assert result.exit_code == 1, result.output
    assert "gradient by k is wrong, by q, v, alpha, beta and state right" in result.output
    assert "with half of the keys' gradient missing" in result.output
