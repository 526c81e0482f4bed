"""Claim: the delta rule keeps (1 - beta/d)^m of an old item through m later writes of random keys.

A write with a unit key u multiplies the old state by I - beta u u'. For u uniform on the sphere

    E (I - beta u u') = (1 - beta/d) I          so the old item is read as (1 - beta/d)^m v
    E |S|^2 after m   = (1 - beta (2 - beta)/d)^m |S|^2      the power of what is left

(later values average to zero). With beta = 1 both bases are 1 - 1/d: a memory of width d forgets
over d writes. Linear attention keeps everything and drowns instead.

Used by:  refmem.delta, refmem.studies.capacity.delta_retention, snr/delta_age
Source:   worked out here
Method:   symmetry gives E u u' = I/d; independence makes the averages multiply, by induction on m
          with matrices of symbolic size; then the shipped delta rule on symbols.
"""

import sympy as sp

import refmem
from refmem.studies.capacity.memories import delta_retention

from ..proving.averages import sphere
from ..proving.statement import Equation
from ..proving.symbols import arguments
from .sphere import d as cosine_width
from .sphere import moment as cosine_moment
from .sphere import p

d, width = sp.symbols("d d_v", integer=True, positive=True)
m = sp.Symbol("m", integer=True, nonnegative=True)
beta = sp.Symbol("beta", real=True)
beyond = sp.Symbol("n", positive=True)
t = sp.Symbol("t", real=True)

retention = (1 - beta / d) ** m
retained_power = (1 - beta * (2 - beta) / d) ** m


def a_random_direction_has_no_preferred_axis():
    """E u_a u_b = 0 for a != b (flip u_a); the d equal E u_a^2 share |u|^2 = 1: E u u' = I/d."""
    yield Equation(sphere(t, t, beyond + 1), 0)
    a = sp.Symbol("a", integer=True)
    yield Equation(sp.Sum(1 / d, (a, 1, d)), 1)
    yield Equation(cosine_moment.subs({p: 1, cosine_width: d}), 1 / d)


def one_write_keeps_the_same_part_of_every_direction():
    """E (I - beta u u') S = S - beta (I/d) S = (1 - beta/d) S."""
    S = sp.MatrixSymbol("S", d, width)
    mean = sp.Identity(d) - beta * (sp.Identity(d) / d)
    yield Equation(sp.expand(mean * S), sp.expand((1 - beta / d) * S))


def independent_writes_multiply():
    """The m + 1st key is independent of the first m: one more factor, from 1 at m = 0."""
    yield Equation(retention.subs(m, m + 1), retention * (1 - beta / d))
    yield Equation(retention.subs(m, 0), 1)


def the_power_shrinks_by_its_own_factor():
    """A column with part y along u and w across keeps (1 - beta) y and w; E y^2 is 1/d of all."""
    y, w = sp.symbols("y w", real=True)
    kept = ((1 - beta) * y) ** 2 + w**2
    yield Equation(kept, y**2 + w**2 - beta * (2 - beta) * y**2)
    yield Equation(retained_power.subs(m, m + 1), retained_power * (1 - beta * (2 - beta) / d))
    yield Equation(retained_power.subs(beta, 1), retention.subs(beta, 1))


def a_memory_forgets_over_as_many_writes_as_it_is_wide():
    """(1 - 1/d)^d tends to 1/e."""
    wide = sp.Symbol("d", positive=True)
    yield Equation(sp.Limit((1 - 1 / wide) ** wide, wide, sp.oo), sp.exp(-1))


def the_shipped_rule_multiplies_like_this():
    """refmem.delta from a state S, with v = 0: S becomes (I - beta k k') S."""
    x = arguments(refmem.delta, T=1, K=2, V=2)
    x["v"] = 0 * x["v"]
    old = sp.Matrix(2, 2, sp.symbols("S_0:2_0:2", real=True))
    k = sp.Matrix(x["k"][0])
    state = refmem.delta(**x, state=old.__array__()).state
    yield Equation(sp.Matrix(state), (sp.eye(2) - x["beta"][0] * k * k.T) * old)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.memories.delta_retention: what beta wrote, and no decay."""
    yield Equation(delta_retention(d, m, 1, beta), beta * retention)


def false_twin_that_loses_two_parts_in_d():
    """I - 2 beta u u' would be the step of the objective without its half."""
    yield Equation(1 - 2 * beta * cosine_moment.subs({p: 1, cosine_width: d}), 1 - beta / d)


CLAIMS = (
    a_random_direction_has_no_preferred_axis,
    one_write_keeps_the_same_part_of_every_direction,
    independent_writes_multiply,
    the_power_shrinks_by_its_own_factor,
    a_memory_forgets_over_as_many_writes_as_it_is_wide,
    the_shipped_rule_multiplies_like_this,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_that_loses_two_parts_in_d,)
