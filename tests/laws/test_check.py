"""`refmem.laws.check`: what is wrong with a rule is found, and said so that it can be mended."""

import subprocess
import sys

import numpy as np
import pytest

import refmem
from refmem.algebra import bind, exp, norm2, recall
from refmem.grammar.kinds import factor, key, strength
from refmem.laws import LAWS, check
from refmem.laws.report import BROKEN, EXEMPT, HOLDS, NEEDLESS, NOT_ASKED, Finding, Report
from refmem.memory import CacheRule, StateRule, Transition
from tests.outside import mine

ON_FLOATS = [law.name for law in LAWS if law.bits == 0]


def step(S, q, k, v, beta):
    S = S + bind(beta[..., None] * k, v - recall(S, k))
    return S, recall(S, q)


def transition(q, k, v, beta):
    return Transition.correcting(q, beta[..., None] * k, v, k)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


def made(step=step, transition=transition, objective=objective, **said):
    """A delta rule of somebody's, right unless something else is said."""
    return StateRule(
        step, transition, objective, name="made", **{"inputs": {"beta": strength("T")}} | said
    )


def reads_before(S, q, k, v, beta):
    return step(S, q, k, v, beta)[0], recall(S, q)


def erases_with_the_query(q, k, v, beta):
    return Transition.correcting(q, beta[..., None] * k, v, q)


def without_the_half(S, k, v, beta):
    return beta * norm2(v - recall(S, k))


def rising(S, k, v, beta):
    return -objective(S, k, v, beta)


def in_place(S, q, k, v, beta):
    v -= recall(S, k)
    S = S + bind(beta[..., None] * k, v)
    return S, recall(S, q)


def rounds_to_single(S, q, k, v, beta):
    S, out = step(S, q, k, v, beta)
    return S, out.astype(np.float32) if out.dtype == np.float64 else out


def conjugates(S, q, k, v, beta):
    return step(S, q, np.conj(k) if k.dtype.kind == "c" else k, v, beta)


def gated_by_channel(S, q, k, v, beta):
    return step(S * (1 + k[..., :, None]), q, k, v, beta)


def squares_values(S, q, k, v, beta):
    return step(S, q, k, v * v, beta)


def normalises_by_all(q, k, v, beta):
    return transition(q, k * (1 + v.sum((-2, -1), keepdims=True)), v, beta)


WRONG = {
    "read before write": (made(reads_before), "step is transition", "one of them is wrong"),
    "another key": (made(transition=erases_with_the_query), "field", "the transition, if it is"),
    "without the half": (made(objective=without_the_half), "objective", "its factors of 1/2"),
    "sign": (made(objective=rising), "objective", "a step from the state before at token 0"),
    "in place": (made(in_place, None, None), "purity", "inputs after made.recurrent"),
    "rounded": (made(rounds_to_single, None, None), "float bound", "nearly equal"),
    "conjugated": (made(conjugates, None, None), "complex", "np.vecdot and np.linalg.norm"),
    "by channel": (made(gated_by_channel, None, None), "rotation", 'exempt={"rotation": "..."}'),
    "squared": (made(squares_values, None, None), "linear in v", 'exempt={"linear in v": "..."}'),
    "future": (made(transition=normalises_by_all), "causality", "a sum or a mean over all tokens"),
    "division": (
        made(lambda S, q, k, v, beta: step(S, q, k, v, beta / (1 + norm2(k))), None, None),
        "dyadic",
        'a rule that divides says uses=("/",)',
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_rule_is_found_and_its_author_told(mistake):
    rule, law, words = WRONG[mistake]
    report = check(rule, laws=[law], seeds=range(2))
    assert not report.holds
    assert law in {one.law for one in report.wrong if one.verdict == BROKEN}
    assert words in " ".join(str(report).split())


def test_a_right_rule_of_somebody_keeps_every_law():
    report = check(made(), seeds=[0])
    assert report.holds, str(report)
    assert {one.verdict for one in report.findings} == {HOLDS}
    report.assert_holds()


@pytest.mark.parametrize(
    "rule", [mine.flowing_delta, mine.running_mean, mine.trapezoid], ids=lambda rule: rule.name
)
def test_the_rules_of_an_outsider_keep_every_law(rule):
    check(rule, seeds=range(2)).assert_holds()


@pytest.mark.parametrize(
    "rule", [refmem.gated_oja, refmem.softmax_attention, refmem.mamba2, refmem.gsa, refmem.ffn,
             refmem.titans_normed, refmem.log_linear_attention], ids=lambda rule: rule.name,
)  # fmt: skip
def test_so_do_rules_of_every_kind(rule):
    check(rule, seeds=range(2)).assert_holds()


# ---- what a rule says of itself


def with_exp(S, q, k, v, beta):
    return step(S, q, k, v, exp(beta))


FACTS = {
    "unsaid exp": (
        made(with_exp, None, None),
        "over the field its definition raised UnsupportedNumberError: exp has numbers of kind "
        "nmod, expected floats, intervals or symbols, because exp of such a number is not one; say "
        "uses=('exp',) if it takes exponentials or logarithms",
    ),
    "no such law": (
        made(exempt={"rotatoin": "why"}), "exempt names the law 'rotatoin', expected one of step"
    ),
    "no such form": (
        made(exempt={"field.scam": "why"}),
        "exempt names the form 'scam', expected one of recurrent, parallel, chunked, scan, fast, "
        "did you mean 'scan'?",
    ),
    "no such word": (made(uses=("log",)), "uses has 'log', expected some of exp, sqrt, order, /"),
    "near nothing": (
        made(inputs={"beta": strength("T"), "p": key("T K", like="K")}),
        "p is drawn like 'K', expected one of q, k, v, beta, p",
    ),
    "table": (
        made(doc="Made.\n\n    beta   (..., T, K)   write strength\n"),
        "the docstring's table says beta has axes T K, the inputs say T",
    ),
    "does not run": (
        made(lambda S, q, k, v: (S, q), None, None),
        "the definition does not run on float64: it raised TypeError",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_a_wrong_fact_is_all_that_is_reported(fact):
    rule, words = FACTS[fact]
    report = check(rule)
    assert words in " ".join(str(report).split())
    assert {one.law for one in report.findings} == {"facts"}
    assert not report.holds


@pytest.mark.parametrize(
    ("said", "law", "words"),
    [
        ({"exempt": {"linear in v": "squares"}}, "linear in v", "keeps this law, but says it squa"),
        ({"uses": ("/",)}, "degree", "keeps this law, but says it divides"),
        ({"uses": ("exp",)}, "field", "keeps this law, but says it takes exponentials"),
        ({"uses": ("order",)}, "complex", "keeps this law, but says it compares numbers"),
    ],
)
def test_an_exemption_that_is_not_needed_is_wrong(said, law, words):
    report = check(made(**said), laws=[law], seeds=[0])
    assert {one.verdict for one in report.findings} == {NEEDLESS}
    assert words in " ".join(str(report).split())
    with pytest.raises(AssertionError, match="take from them what does not hold"):
        report.assert_holds()


def test_what_is_exempt_and_what_is_not_asked_are_told_apart():
    report = check(mine.flowing_delta, laws=["field", "symbols", "objective"], seeds=[0])
    verdicts = {(one.law, one.verdict) for one in report.findings}
    assert verdicts == {("field", EXEMPT), ("symbols", NOT_ASKED), ("objective", HOLDS)}
    assert report.holds


def test_a_kind_says_that_a_channel_has_a_gate_of_its_own():
    rule = StateRule(
        lambda S, q, k, v, lam: (lam[..., None] * S + bind(k, v), q @ S),
        name="made",
        inputs={"lam": factor("T K")},
    )
    report = check(rule, laws=["rotation"])
    assert {one.verdict for one in report.findings} == {EXEMPT}
    assert "has lam of each key channel by itself" in str(report)


# ---- calls of `check`, and reports


def test_only_rules_are_checked():
    with pytest.raises(TypeError, match="check: rule has type function, expected a rule of refmem"):
        check(step)


def test_a_law_that_is_not_there_is_named():
    message = "check: laws has value 'rotations', expected one of .*, did you mean 'rotation'"
    with pytest.raises(ValueError, match=message):
        check(made(), laws=["rotations"])


def test_without_a_seed_nothing_would_be_tried():
    with pytest.raises(ValueError, match="check: seeds has no seed, expected some"):
        check(made(), seeds=[])


def test_a_report_in_which_nothing_holds_does_not_hold():
    assert not Report("made", ()).holds
    assert not Report("made", (Finding("field", "", NOT_ASKED, "why"),)).holds


def test_a_report_says_what_is_wrong_first_and_forms_in_one_line():
    found = [Finding("field", form, HOLDS) for form in ("recurrent", "scan")]
    wrong = Finding("purity", "scan", BROKEN, "made.scan returns an alias", "assignments")
    assert str(Report("made", (*found, wrong))).splitlines() == [
        "made: 1 BROKEN, 2 holds",
        "BROKEN     purity (scan): made.scan returns an alias",
        "           look at assignments",
        "holds      field (recurrent, scan)",
    ]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_says_what_it_is_and_where_to_look(law):
    assert law.says.endswith(".")
    assert law.look
    assert {*law.needs} <= {one.name for one in LAWS}


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(ImportError, match=r"pip install 'refmem\[certify\]'"):
        check(made(), laws=["field"])


def test_laws_of_floats_need_numpy_alone():
    """And every law can be imported."""
    blocked = ("flint", "numba", "scipy", "click", "hypothesis", "pytest")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({blocked}))\n"
        "import refmem\n"
        f"report = refmem.laws.check(refmem.delta, laws={ON_FLOATS}, seeds=[0])\n"
        "report.assert_holds()\n"
        "print('fast' in str(report), 'Numba is not installed' in str(report))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "True"]


def test_a_rule_of_another_kind_is_asked_what_it_is_about():
    rule = CacheRule(
        refmem.kernel_delta.attend,
        refmem.kernel_delta.lookup,
        name="looked_up",
        inputs={"beta": strength("T")},
        options=refmem.kernel_delta.choices,
        scale_default=None,
    )
    report = check(rule, laws=["step is transition", "field", "rationals"], seeds=[0, 1])
    assert report.holds, str(report)
    assert {one.law for one in report.findings if one.verdict == HOLDS} == {"field", "rationals"}
