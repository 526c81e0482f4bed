"""The runner fails whatever does not prove what it says."""

import types

import pytest
import sympy as sp

from derivations.proving.run import choose, examine, names, run, sections_of
from derivations.proving.statement import Equation
from derivations.proving.symbols import arguments, array

x = sp.Symbol("x", real=True)
DOCSTRING = """Claim: something is so.

    a formula

Used by:  nobody
Source:   this test
Method:   by
          looking
Assumes:  - one lemma - with a dash
          - another
"""


def holds():
    """(x + 1)^2 is x^2 + 2x + 1."""
    yield Equation((x + 1) ** 2, x**2 + 2 * x + 1)
    yield (x + 1) ** 2 - x**2 - 2 * x - 1


def is_false():
    """x^2 is not x."""
    yield 0
    yield Equation(x**2, x)


def yields_nothing():
    """A loop over nothing."""
    yield from ()


def is_no_generator():
    """It returns what it should have yielded."""


def cannot_be_decided():
    """Nothing is known of f."""
    yield sp.Function("f")(x)


def says_yes():
    """A truth value is no residue."""
    yield sp.simplify(x - x) == 0


def raises():
    """It divides by zero."""
    yield 1 / 0


def has_no_docstring():
    yield 0


def module(claims=(holds,), false=(is_false,), text=DOCSTRING):
    made = types.ModuleType("derivations.made")
    made.__doc__ = text
    made.CLAIMS, made.FALSE = claims, false
    return made


def test_a_true_claim_with_a_false_twin_holds():
    report = examine(module())
    assert report.problems == []
    assert report.holds
    assert len(report.steps[0].shown) == 2


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (is_false, "is_false: is false: x**2 = x"),
        (yields_nothing, "yields_nothing: yields nothing, so it shows nothing"),
        (is_no_generator, "is_no_generator: yields nothing, so it shows nothing"),
        (cannot_be_decided, "cannot_be_decided: could not be decided: f(x) = 0"),
        (raises, "raises: raised ZeroDivisionError: division by zero"),
        (says_yes, "says_yes: raised TypeError: a residue is True, expected an exact expression"),
        (has_no_docstring, "has_no_docstring: has no docstring"),
    ],
)
def test_a_claim_that_proves_nothing_fails(claim, problem):
    (found,) = examine(module(claims=(holds, claim))).problems
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("twin", "problem"),
    [
        (holds, "holds: holds, but a false twin must fail"),
        (yields_nothing, "yields_nothing: yields nothing"),
        (cannot_be_decided, "cannot_be_decided: could not be refuted: f(x) = 0"),
        (raises, "raises: raised ZeroDivisionError"),
    ],
)
def test_a_false_twin_that_is_not_refuted_fails(twin, problem):
    (found,) = examine(module(false=(twin,))).problems
    assert found.startswith(problem)


def test_a_module_without_a_false_twin_fails():
    assert examine(module(false=())).problems == ["has no false twin: FALSE is empty"]


def test_a_module_without_a_claim_fails():
    assert examine(module(claims=())).problems == ["has no claim: CLAIMS is empty"]


def test_a_step_that_is_not_listed_fails():
    made = module()
    made.forgotten = types.FunctionType(holds.__code__, {"__name__": made.__name__}, "forgotten")
    assert examine(made).problems == ["forgotten is neither in CLAIMS nor in FALSE"]


@pytest.mark.parametrize("section", ["Claim", "Used by", "Source", "Method"])
def test_a_docstring_must_have_its_sections(section):
    report = examine(module(text=DOCSTRING.replace(f"{section}:", f"{section};")))
    assert report.problems == [f"the docstring does not say '{section}:'"]


def test_sections_and_assumptions_are_read():
    assert sections_of(DOCSTRING)["Claim"] == "something is so.\n\n    a formula"
    assert sections_of(DOCSTRING)["Method"] == "by\n          looking"
    assert examine(module()).assumptions == ["one lemma - with a dash", "another"]


def test_a_module_that_cannot_be_imported_fails():
    (problem,) = run("there_is_no_such_module").problems
    assert problem.startswith("cannot be imported: ModuleNotFoundError")


def test_a_wrong_name_is_answered_with_the_nearest():
    assert choose(()) == names()
    assert choose(("snr/linear",)) == ["snr/linear"]
    with pytest.raises(ValueError, match="named snr_liner; did you mean snr/linear"):
        choose(("snr_liner",))
    with pytest.raises(ValueError, match=f"named 0000; there are {names()[0]}, "):
        choose(("0000",))


def test_arguments_are_named_by_their_place():
    rule = types.SimpleNamespace(inputs={"q": "T K", "beta": "T", "lam": ""})
    made = arguments(rule, T=2, K=1)
    assert {name: entries.shape for name, entries in made.items()} == {
        "q": (2, 1),
        "beta": (2,),
        "lam": (),
    }
    assert made["q"][1, 0] == sp.Symbol("q[1,0]", real=True)
    assert array("lam", ())[()] == sp.Symbol("lam", real=True)
    with pytest.raises(ValueError, match="q has axes T K, expected a size for K"):
        arguments(rule, T=2)
