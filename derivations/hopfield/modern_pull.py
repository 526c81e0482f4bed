"""Claim: any other pattern pulls a neuron of a modern Hopfield network by a power of one step.

It agrees with the start on all but j of n signs, and on the neuron's own sign as it should be or
as it is flipped. Over what the right pattern does it adds

    X = own exp(b (o - own - (n - 1))) = r^j or -r^(j-1)      r = e^(-2b), o = n - 2j

either with the chance p_j = C(n, j)/2^(n+1). The neuron is part of the score, and being flipped
votes for itself:

    E X   = -sinh(b) cosh(b)^n e^(b (1 - n)) < 0
    E X^2 = cosh(2b)^(n+1) e^(2b (1 - n))

Used by:  refmem.hopfield_modern, refmem.studies.capacity.hopfield.pull,
          refmem.studies.capacity.counting.log_classes
Source:   Demircigil et al. 2017, arXiv:1702.01929; the exact moments are worked out here
Method:   own and o are independent signs; then the shipped network on symbols, the shipped moments
          and the shipped classes.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from refmem.studies.capacity.counting import log_classes
from refmem.studies.capacity.hopfield import pull

from ..proving.statement import Equation, Inequality

n = sp.Symbol("n", integer=True, positive=True)
b, r = sp.symbols("b r", positive=True)

mean_modern = -sp.sinh(b) * sp.cosh(b) ** n * sp.exp(b * (1 - n))
square_modern = sp.cosh(2 * b) ** (n + 1) * sp.exp(2 * b * (1 - n))


def classes(signs):
    """(value, chance) of every class of patterns."""
    found = []
    for j in range(signs + 1):
        chance = sp.binomial(signs, j) / sp.Integer(2) ** (signs + 1)
        found += [(r**j, chance), (-(r ** (j - 1)), chance)]
    return found


def the_pull_multiplies_independent_signs():
    """E e^(b o) = cosh(b)^n, E own e^(-b own) = -sinh(b); squared, E e^(-2 b own) = cosh(2b)."""
    unit = sp.exp(b * (1 - n))
    first = (sp.exp(-b) - sp.exp(b)) / 2 * sp.cosh(b) ** n * unit
    yield Equation(first.rewrite(sp.exp), mean_modern.rewrite(sp.exp))
    square = (sp.exp(-2 * b) + sp.exp(2 * b)) / 2 * sp.cosh(2 * b) ** n
    yield Equation((square * unit**2).rewrite(sp.exp), square_modern.rewrite(sp.exp))


def the_flipped_neuron_votes_for_itself():
    """E X <= 0: every factor but the sign is positive."""
    yield Inequality(mean_modern, 0)


def a_pull_is_a_power_of_one_step():
    """n = 3: own exp(b (o - own - 2)) for own = 1, -1 and o = 3 - 2 j, with r = e^(-2b)."""
    for own, j in itertools.product((1, -1), range(4)):
        pull = own * sp.exp(b * (3 - 2 * j - own - 2))
        yield Equation(pull, own * sp.exp(-2 * b) ** (j if own == 1 else j - 1))


def classes_have_the_moments_of_a_pull():
    """Their mean and mean square, here for n = 1, 2, 3, 4."""
    for signs in range(1, 5):
        for power, moment in ((1, mean_modern), (2, square_modern)):
            total = sum(chance * value**power for value, chance in classes(signs))
            total = total.subs(r, sp.exp(-2 * b))
            yield Equation((total - moment.subs(n, signs)).rewrite(sp.exp), 0)


def the_shipped_network_adds_pulls_up():
    """refmem.hopfield_modern, V = 3, the pattern 1 1 1 from -1 1 1 beside each other one: what it
    answers is (1 + X) over the sum of the weights, in units of the right one's."""
    for own, *rest in itertools.product((1, -1), repeat=3):
        stored = np.array([[1, 1, 1], [own, *rest]]) + sp.S.Zero
        start = np.array([[-1, 1, 1]]) + sp.S.Zero
        out = refmem.hopfield_modern(start, stored, np.array(b)[()]).out[0, 0]
        pull = own * sp.exp(b * (sum(rest) - own - 1))
        yield Equation(sp.simplify(out * (1 + own * pull) - (1 + pull)), 0)


def the_shipped_classes_are_these():
    """refmem.studies.capacity.counting.log_classes, n = 5, in 64ths."""
    shipped = np.exp(log_classes(5)) * 64
    yield Equation(np.array([sp.Integer(round(c)) for c in shipped]),
                   np.array([sp.binomial(5, j) for j in range(6)]))  # fmt: skip


def the_shipped_moments_are_these():
    """refmem.studies.capacity.hopfield.pull at n = 7, b = 1/2, to nine digits."""
    shipped = pull("modern", neurons=8, inverse_temperature=1 / 2)
    at = {n: 7, b: sp.S.Half}
    mean, square = mean_modern.subs(at), square_modern.subs(at)
    for log, derived in ((shipped.against, -mean), (shipped.variance, square - mean**2)):
        yield sp.Integer(round(log * 10**9) - round(sp.log(derived).evalf(20) * 10**9))


def false_twin_of_a_neuron_that_does_not_vote():
    """Were own no part of the score, signs would have mean 0."""
    yield Equation(mean_modern, 0)


CLAIMS = (
    the_pull_multiplies_independent_signs,
    the_flipped_neuron_votes_for_itself,
    a_pull_is_a_power_of_one_step,
    classes_have_the_moments_of_a_pull,
    the_shipped_network_adds_pulls_up,
    the_shipped_classes_are_these,
    the_shipped_moments_are_these,
)
FALSE = (false_twin_of_a_neuron_that_does_not_vote,)
