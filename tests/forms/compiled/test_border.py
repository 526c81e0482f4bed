"""Law: what does not fit never reaches machine code, which would read and write past its end.

Every array that a loop takes, every part of a transition, and every size that a rule may mistake
is made wrong by one in each axis, and has to be refused; where a rule made it, by the rule's name.
"""

import inspect

import numpy as np
import pytest

import refmem
from refmem.forms.adjoint import each_array
from refmem.forms.compiled import loops
from refmem.forms.compiled.attention import solve
from refmem.forms.compiled.border import AXES, call
from refmem.forms.compiled.linear import run_transition
from refmem.forms.compiled.sharing import one_by_one
from refmem.laws.draws import sample
from refmem.laws.systems import FLOAT64
from refmem.memory import StateRule, Transition
from tests.forms import steps

SIZES = {"H": 3, "N": 2, "T": 6, "K": 4, "V": 5}
"""All different, and none a length that broadcasts once it is one shorter, but for N."""

WRITTEN = {"run_tokens": 4, "pull_keys": 5}
"""Of the arguments of each loop, how many it writes to: the last."""

ARGUMENTS = [
    pytest.param(loop, name, axes, id=f"{loop}-{name}-{axes}")
    for loop, arguments in AXES.items()
    for name, ways in arguments.items()
    for axes in ways.split()
]

shared_or_not = pytest.mark.parametrize("shared", [None, one_by_one], ids=["whole", "in blocks"])


def shape_of(axes, wrong=None, by=0):
    """The right lengths of these axes, but for one at place `wrong`."""
    return [SIZES.get(axis, 1) + (by if n == wrong else 0) for n, axis in enumerate(axes)]


def wrong_shapes(axes):
    """Shapes of these axes, one of which is one shorter or longer, and that axis."""
    for n, axis in enumerate(axes):
        if axis in SIZES:
            yield from ((axis, shape_of(axes, n, by)) for by in (-1, 1))


# ---- a loop's arguments


def right_arguments(loop, way=0):
    """Arrays that fit: of those with several sets of axes the way-th, or the last."""
    chosen = {name: ways.split()[way : way + 1] or [ways.split()[-1]]
              for name, ways in AXES[loop].items()}  # fmt: skip
    return {name: np.ones(shape_of(axes)) for name, (axes,) in chosen.items()}


def run(loop, given, shared=None):
    arrays, written = list(given.values()), -WRITTEN[loop]
    call("rule", getattr(loops, loop), *arrays[:written], into=arrays[written:], shared=shared)


@pytest.mark.parametrize("loop", AXES)
def test_the_table_has_every_argument_in_order(loop):
    assert [*AXES[loop]] == [*inspect.signature(getattr(loops, loop)).parameters]


@shared_or_not
@pytest.mark.parametrize("way", [0, 1, 2])
@pytest.mark.parametrize("loop", AXES)
def test_what_fits_runs(loop, way, shared):
    given = right_arguments(loop, way)
    run(loop, given, shared)
    assert any((array != 1).any() for array in [*given.values()][-WRITTEN[loop] :])


@shared_or_not
@pytest.mark.parametrize(("loop", "name", "axes"), ARGUMENTS)
def test_what_is_too_short_or_too_long_is_refused(loop, name, axes, shared):
    for axis, shape in wrong_shapes(axes):
        if (name, axis) != ("kept", "N"):  # any number of blocks will do, if there is one
            given = right_arguments(loop) | {name: np.ones(shape)}
            with pytest.raises(ValueError, match=rf"^rule: \w+ has shape \(.*\) with {axis} = \d"):
                run(loop, given, shared)


@pytest.mark.parametrize(("loop", "name", "axes"), ARGUMENTS)
def test_too_few_axes_or_too_many_are_refused(loop, name, axes):
    for shape in ((), (1, *shape_of(axes)), (1,) * 5):
        given = right_arguments(loop) | {name: np.ones(shape)}
        with pytest.raises(ValueError, match=r"^rule: \w+ has shape .*, expected "):
            run(loop, given)


def test_states_are_not_kept_in_no_block():
    given = right_arguments("run_tokens") | {"kept": np.ones((3, 0, 4, 5))}
    with pytest.raises(ValueError, match=r"^rule: kept has no blocks, expected at least one"):
        run("run_tokens", given)


@pytest.mark.parametrize(("loop", "name", "axes"), ARGUMENTS)
def test_numbers_of_another_kind_are_refused(loop, name, axes):
    given = right_arguments(loop) | {name: np.ones(shape_of(axes), np.float32)}
    with pytest.raises(TypeError, match=r"^rule: the call has .* and .*, expected one kind of"):
        run(loop, given)


@pytest.mark.parametrize("loop", AXES)
def test_rows_in_pieces_are_not_written_to(loop):
    given = right_arguments(loop)
    for name in [*given][-WRITTEN[loop] :]:
        in_pieces = np.repeat(given[name], 2, axis=-1)[..., ::2]
        with pytest.raises(ValueError, match=f"^rule: an array that {loop} writes to has rows in"):
            run(loop, given | {name: in_pieces})


def test_there_is_an_equation_for_every_row():
    right = (3, 4, 4), (3, 4, 5)
    assert solve(np.zeros(right[0]), np.ones(right[1])).shape == right[1]
    wrong_left = [(A, right[1]) for A in ((2, 4, 4), (4, 4, 4), (3, 3, 4), (3, 4, 5), (3, 5, 5))]
    wrong_right = [(right[0], B) for B in ((2, 4, 5), (4, 4, 5), (3, 3, 5), (3, 5, 5), (4, 5))]
    for A, B in wrong_left + wrong_right:
        with pytest.raises(ValueError, match=r"^solve: A has shape \(.*\), expected \(.*\), becau"):
            solve(np.zeros(A), np.ones(B))


# ---- a transition's parts


DECAYS = {"one factor": "HT1", "keys": "HTK", "columns": "HT1V", "entries": "HTKV"}


def axes_of_parts(decay):
    """A transition's parts with all that a run writes to."""
    axes = dict.fromkeys(("read", "k", "u", "w"), "HTK") | {"S": "HKV", "decay": DECAYS[decay]}
    return axes | dict.fromkeys(("v", "bonus", "out", "asked"), "HTV")


def run_parts(shapes, before):
    x = {name: np.ones(shape) for name, shape in shapes.items()}
    m = Transition(
        read=x["read"],
        write=(x["k"], x["v"]),
        erase=(x["u"], x["w"]),
        decay=x["decay"],
        bonus=x["bonus"],
        columns=x["decay"].ndim == 4,
        before=before,
    )
    run_transition("rule", m, x["S"], x["out"], x["asked"])


@pytest.mark.parametrize("before", [False, True], ids=["read after", "read before"])
@pytest.mark.parametrize("part", axes_of_parts("keys"))
@pytest.mark.parametrize("decay", DECAYS)
def test_a_transition_that_does_not_fit_is_refused(decay, part, before):
    axes = axes_of_parts(decay)
    right = {name: shape_of(of_part) for name, of_part in axes.items()}
    run_parts(right, before)
    for _, shape in wrong_shapes(axes[part]):
        with pytest.raises(ValueError, match=r"^rule: |core dimension|broadcast"):
            run_parts(right | {part: shape}, before)


# ---- rules that are mistaken


def one_row_more(m):
    return each_array(lambda a: np.concatenate([a, a[..., :1, :]], axis=-2), m)


def one_row_less(m):
    return each_array(lambda a: a[..., :-1, :], m)


FAULTS = {
    "a row more than there are tokens": one_row_more,
    "a row less than there are tokens": one_row_less,
    "steps that have no rows": lambda m: m._replace(micro=m.micro + 1),
    "a token of many steps": lambda m: m._replace(micro=m.read.shape[-2]),
    "a wider key to write": lambda m: m._replace(write=(_wider(m.write[0]), m.write[1])),
    "a wider value": lambda m: m._replace(write=(m.write[0], _wider(m.write[1]))),
    "a wider query": lambda m: m._replace(read=_wider(m.read)),
    "a wider key to recall": lambda m: m._replace(erase=(m.write[0], _wider(m.write[0]))),
    "other heads": lambda m: each_array(lambda a: np.repeat(a, 2, axis=0), m),
}


def _wider(x):
    return np.repeat(np.asarray(x), 2, axis=-1)


def mistaken(fault, transition):
    """The same transition of whatever it is made from, with a fault."""
    return lambda *recalled, **x: FAULTS[fault](transition(*recalled, **x))


def rules_with(fault):
    """A rule, and relays whose first or last memory takes steps, that make a mistake; and the same
    without it."""
    right = refmem.delta
    wrong = mistaken(fault, right.transition)
    yield right, StateRule(right.step, wrong, inputs={"beta": "T"}, name=right.name)
    for name, link in steps.relay.relay.items():
        links = steps.relay.relay | {name: mistaken(fault, link)}
        yield steps.relay, steps.relay_of(links)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rule_that_is_mistaken_is_named(fault):
    for right, wrong in rules_with(fault):
        x = sample(right, FLOAT64, T=6, K=4, V=5, lead=(3,), state=False)
        dout = right(**x, form="fast").out
        said = rf"^{right.name}: \w+ has shape .*, expected "
        with pytest.raises(ValueError, match=said):
            wrong(**x, form="fast")
        with pytest.raises(ValueError, match=said):
            wrong.vjp(**x, dout=dout, form="fast")
