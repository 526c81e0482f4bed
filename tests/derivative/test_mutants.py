"""Mistakes that published backward passes were shipped with; the laws must see every one.

Each is made on purpose, where it would be made in this code, and a law must fail for a rule that
shows it. Numbers in brackets are those of the field survey's table of wrong gradients.
"""

from typing import NamedTuple

import numpy as np
import pytest

import refmem
from refmem.algebra import zeros
from refmem.derivative import maps
from refmem.derivative.linear_map import Map
from refmem.derivative.tape import MAPS
from refmem.forms import adjoint, relay
from tests.derivative.test_series import gradients_are_derivatives

SEEDS = 8
"""Calls that each mutant is looked for in: whether an input broadcasts is drawn."""


class Mutant(NamedTuple):
    """A mistake: where it shows, and how to make it."""

    mistake: str
    rule: str
    form: str | None
    make: object


def in_blocks(change):
    """A mistake in what a block of tokens pulls back: change(m, its derivatives) -> others."""

    def make(monkeypatch):
        right = adjoint.pull_block

        def wrong(m, *others):
            by_m, dS = right(m, *others)
            return change(m, by_m), dS

        monkeypatch.setattr(adjoint, "pull_block", wrong)

    return make


def in_runs(change, kind=adjoint.Adjoint):
    """A mistake in how cotangents enter a run of one memory, or of a relay, or leave it."""

    def make(monkeypatch):
        right = kind.pull
        monkeypatch.setattr(kind, "pull", lambda run, *by: change(right, run, *by))

    return make


def in_map(function, change):
    """A mistake in the derivative of one word: change(its maps, result, *arguments) -> others."""

    def make(monkeypatch):
        right = MAPS[function]
        wrong = lambda y, *args, **named: change(right(y, *args, **named), y, *args)  # noqa: E731
        monkeypatch.setitem(MAPS, function, wrong)

    return make


def in_relays(name):
    """No memory of a relay passes anything back to an array, which may be what another recalled."""

    def make(monkeypatch):
        right = relay.pull

        def wrong(*run):
            by, by_first = right(*run)
            return {n: d * 0 if n == name else d for n, d in by.items()}, by_first

        monkeypatch.setattr(relay, "pull", wrong)

    return make


def only_the_last_states_cotangent(right, run, dout, dstate):
    return right(run, dout, dstate._replace(keys=dstate.keys * 0))


def only_the_last_memorys_first_state(right, run, dout, dstate):
    results, (by, by_first) = right(run, dout, dstate)
    return results, (by, by_first._replace(keys=by_first.keys * 0))


def no_first_state(right, run, dout, dS):
    results, (by_m, by_first, by_out) = right(run, dout, dS)
    return results, (by_m, by_first * 0, by_out)


def runs_on(one, y, x):
    """The reversed running sum of all rows as one."""
    pull = lambda g: np.add.accumulate(g.ravel()[::-1])[::-1].reshape(g.shape)  # noqa: E731
    return [Map(one[0].push, pull)]


def other_axis(monkeypatch):
    """Of two leading axes of one length, the wrong one is summed over."""
    right = maps.summed_to

    def wrong(x, shape):
        if x.shape[:2] == (2, 2) and x.shape != shape:
            x = x.swapaxes(0, 1)
        return right(x, shape)

    monkeypatch.setattr(maps, "summed_to", wrong)


def flipped_first(m, by_m):
    first = np.arange(by_m.decay.shape[-2])[:, None] == 0
    return by_m._replace(decay=np.where(first, -by_m.decay, by_m.decay))


def over_everything(m, by_m):
    lead = tuple(range(by_m.decay.ndim - 2))
    total = by_m.decay.sum(axis=lead, keepdims=True)
    return by_m._replace(decay=np.broadcast_to(total, by_m.decay.shape))


def without(map_):
    return Map(map_.push, lambda g: zeros(map_.pull(g).shape, g))


MUTANTS = [
    Mutant(
        "a reversed running sum is not reset between rows",
        "forgetting_attention",
        None,
        in_map(np.add.accumulate, lambda one, y, x, *_: runs_on(one, y, x)),
    ),
    Mutant(
        "the gradient of the initial state is zero", "delta", "chunked", in_runs(no_first_state)
    ),
    Mutant(
        "the cotangent of the final state is used twice",
        "gla",
        "recurrent",
        in_runs(lambda right, run, dout, dS: right(run, dout, dS + dS)),
    ),
    Mutant("summed over heads in place of batch (92)", "gla", None, other_axis),
    Mutant(
        "a normaliser is taken for a constant (95)",
        "normalized_linear_attention",
        None,
        in_map(np.divide, lambda two, *_: [two[0], without(two[1])]),
    ),
    Mutant(
        "dk has no part from what was erased",
        "gated_delta",
        "chunked",
        in_blocks(lambda m, by_m: by_m._replace(erase=(by_m.erase[0] * 0, by_m.erase[1]))),
    ),
    Mutant(
        "the sign of the gate's gradient at a chunk's start (93, 97)",
        "scalar_decay",
        "chunked",
        in_blocks(flipped_first),
    ),
    Mutant(
        "the gate's gradient is summed over batch and heads (92)",
        "scalar_decay",
        "recurrent",
        in_blocks(over_everything),
    ),
    Mutant(
        "dv is multiplied by the decay (96)",
        "scalar_decay",
        "parallel",
        in_blocks(lambda m, by_m: by_m._replace(write=(by_m.write[0], by_m.write[1] * m.decay))),
    ),
    *(
        Mutant(f"{name} of {rule}, recalled, is taken for a constant", rule, form, in_relays(name))
        for rule, form, name in (
            ("gsa", "chunked", "scores"),
            ("abc", "parallel", "scores"),
            ("abc", "scan", "total"),
            ("preconditioned_delta", "chunked", "moment"),
            ("preconditioned_kda", "recurrent", "moment"),
        )
    ),
    Mutant(
        "the cotangent of a relay's first last state is lost",
        "gsa",
        "chunked",
        in_runs(only_the_last_states_cotangent, relay.RelayAdjoint),
    ),
    Mutant(
        "the gradient of a relay's first initial state is zero",
        "gsa",
        "scan",
        in_runs(only_the_last_memorys_first_state, relay.RelayAdjoint),
    ),
    Mutant(
        "the cotangent of the outputs is not multiplied (104)",
        "linear_attention",
        "chunked",
        in_runs(lambda right, run, dout, dS: right(run, dout * 0 + 1, dS)),
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_every_mutant_dies(mutant, monkeypatch):
    run_the_law(mutant)
    mutant.make(monkeypatch)
    with pytest.raises(AssertionError, match="derivative by"):
        run_the_law(mutant)


def run_the_law(mutant):
    for seed in range(SEEDS):
        gradients_are_derivatives(getattr(refmem, mutant.rule), seed, mutant.form)
