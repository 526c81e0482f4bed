"""Claim: a Hopfield network set one neuron at a time goes downhill; all at once, it may go uphill.

    E(x) = -x W x'/2,  W symmetric with a zero diagonal,  field = W[i] . x
    E(x with x[i] = new) - E(x) = -(new - old) field
    new = sign(field): the change is 0 where the neuron agreed, and -2 |field| where it turned

There are 2^V states and every turn makes E smaller, so the network comes to rest. Two neurons that
turn together add -(turn_i turn_j) W[i, j], which nothing holds down.

Used by:  refmem.hopfield_classical
Source:   Hopfield 1982, Proceedings of the National Academy of Sciences 79, 2554
Method:   matrices of symbolic size; the two cases of a sign; then the shipped step from every state
          of a small network, and one where the synchronous step goes uphill.
"""

import itertools

import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from refmem.algebra.numbers import fractions

neurons = sp.Symbol("V", integer=True, positive=True)
turn = sp.Symbol("delta", real=True)
g = sp.Symbol("g", positive=True)
x, e = sp.MatrixSymbol("x", 1, neurons), sp.MatrixSymbol("e", 1, neurons)  # e: one for neuron i
W = sp.MatrixSymbol("W", neurons, neurons)

PATTERNS = [[1, -1, 1], [1, -1, -1], [1, 1, 1], [1, -1, 1], [1, -1, -1]]


def turning_a_neuron_changes_the_energy_by_its_field():
    """E(x + delta e) - E(x) = -delta (x W e' + e W x')/2 - delta^2 e W e'/2."""
    turned = x + turn * e
    change = -turned * W * turned.T / 2 + x * W * x.T / 2
    by_fields = -turn * (x * W * e.T + e * W * x.T) / 2
    yield Equation(change, by_fields - turn**2 * e * W * e.T / 2)


def both_fields_are_one():
    """x W e' is a number, so its transpose e W' x' = e W x' for a symmetric W; e W e' = 0."""
    yield Equation((x * W * e.T).T.subs(W.T, W), e * W * x.T)


def a_sign_can_only_lower_it():
    """A neuron turns where its field is -g old, g > 0: new = -old, and old^2 = 1 gives -2 g."""
    for old in (sp.S.One, -sp.S.One):
        change = -(-old - old) * (-g * old)
        yield Equation(change, -2 * g)
        yield Inequality(change, 0)


def two_neurons_at_once_add_what_they_are_to_each_other():
    """Three neurons, two of them turned by d0 and d1: each by its field, and -d0 d1 W[0, 1]."""
    state, w = sp.Matrix([sp.symbols("x:3")]), sp.symbols("w01 w02 w12")
    coupled = sp.Matrix([[0, w[0], w[1]], [w[0], 0, w[2]], [w[1], w[2], 0]])
    turns = sp.Matrix([[*sp.symbols("d0 d1"), 0]])
    energies = [-(at * coupled * at.T)[0] / 2 for at in (state + turns, state)]
    alone = -(turns * coupled * state.T)[0]
    yield Equation(energies[0] - energies[1], alone - turns[0] * turns[1] * w[0])


def fall(start, **options):
    """The shipped energy after one shipped step, and before it."""
    patterns, start = fractions(PATTERNS), fractions([start])
    after = refmem.hopfield_classical(start, patterns, **options).out
    energy = refmem.hopfield_classical.energy
    return energy(after, patterns).item(), energy(start, patterns).item()


def the_shipped_step_goes_downhill_from_every_state():
    """refmem.hopfield_classical with five patterns of three neurons: all eight states."""
    for start in itertools.product((1, -1), repeat=3):
        yield Inequality(*fall(start))


def the_shipped_synchronous_step_goes_uphill_from_one():
    """From (1, 1, 1) neurons 0 and 1, which repel each other, turn together: E from 1 to 5."""
    after, before = fall((1, 1, 1), synchronous=True)
    yield Equation(before, 1)
    yield Equation(after, 5)


def false_twin_that_sets_all_neurons_at_once():
    """The energy after a synchronous step is at most the one before: not from (1, 1, 1)."""
    yield Inequality(*fall((1, 1, 1), synchronous=True))


CLAIMS = (
    turning_a_neuron_changes_the_energy_by_its_field,
    both_fields_are_one,
    a_sign_can_only_lower_it,
    two_neurons_at_once_add_what_they_are_to_each_other,
    the_shipped_step_goes_downhill_from_every_state,
    the_shipped_synchronous_step_goes_uphill_from_one,
)
FALSE = (false_twin_that_sets_all_neurons_at_once,)
