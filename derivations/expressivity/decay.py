"""Claim: forgetting alone recalls, copies and follows paths.

    recall   alpha = 0 in the channel of a key, as it is written: only the last value is left
    copying  heads S = f S + v hold sum over j of f^j v[t-j]; weights r with sum r f^j = 1 at the
             delay d, 0 before it, leave of what is m older at most ((d + 1) x)^m, x the largest f
    paths    a channel of every path is the product of its edges

Used by:  refmem.gla, refmem.delta, refmem.studies.expressivity.programs.decays
Source:   worked out here
Method:   quotients of binomials; a geometric sum; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem
from derivations.expressivity.reachability import SIZE, edges, reads
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import arguments, array
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.programs.decays import rates, weights
from refmem.studies.expressivity.programs.paths import path_gates, paths_of

m, d = sp.symbols("m d", integer=True, nonnegative=True)
V, x = sp.symbols("V x", positive=True)


def a_channel_that_forgets_everything_holds_the_last_value():
    """refmem.gla, two tokens with k = e_0, alpha[0] = 0: it recalls v[1], whatever was before."""
    given = arguments(refmem.gla, T=2, K=1, V=1)
    given |= {"k": np.array([[sp.S.One]] * 2), "q": np.array([[sp.S.One]] * 2)}
    given["alpha"] = np.array([[sp.S.Zero]] * 2)
    yield Equation(refmem.gla(**given, state=array("S", (1, 1))).out[1], given["v"][1])


def the_shipped_weights_pick_the_delay():
    """sum r f^j is 0, .., 0, 1 at j = 0, .., d, here for d = 1, 2, 3."""
    for delay in (1, 2, 3):
        factors = rates(delay, 4)
        read = weights(factors)
        for j in range(delay + 1):
            total = sum(r * f**j for r, f in zip(read, factors, strict=True))
            yield Equation(sp.Rational(total.numerator, total.denominator), int(j == delay))


def what_they_leave_of_older_ones_is_a_sum_of_monomials():
    """d = 1: (g^(1+m) - f^(1+m))/(g - f) = sum f^i g^(m-i); in general all C(d + m, m) monomials of
    degree m in d + 1 factors, so at most C(d + m, m) x^m."""
    f, g = sp.symbols("f g", positive=True)
    for order in range(1, 5):
        monomials = sum(f**i * g ** (order - i) for i in range(order + 1))
        yield Equation(sp.cancel((g ** (1 + order) - f ** (1 + order)) / (g - f)), monomials)


def there_are_at_most_a_power_of_them():
    """C(d + m, m) <= (d + 1)^m: equal at m = 0, then times (d + 1 + m)/(m + 1) <= d + 1."""
    count = sp.binomial(d + m, m)
    yield Equation(count.subs(m, 0), 1)
    yield Equation(sp.gammasimp(count.subs(m, m + 1) / count), (d + 1 + m) / (m + 1))
    yield Inequality(d + 1 + m, sp.expand((d + 1) * (m + 1)))


def all_that_is_older_counts_less_than_a_half():
    """x + .. + x^m = x (1 - x^m)/(1 - x), by one term more, is less than x/(1 - x): for values up
    to V less than V/(2 V + 1) < 1/2 in all, at x = 1/(2 V + 2)."""
    total = x * (1 - x**m) / (1 - x)
    yield Equation(total.subs(m, 1), x)
    yield Equation(sp.simplify(total.subs(m, m + 1) - total), x ** (m + 1))
    most = sp.simplify((V * x / (1 - x)).subs(x, 1 / (2 * V + 2)))
    yield Equation(most, V / (2 * V + 1))
    yield Inequality(most, sp.S.Half)


def the_shipped_decay_multiplies_the_edges_of_a_path():
    """refmem.gla with edges for symbols, 4 nodes: the sum over paths to node t, which DeltaFormer
    reads from registers (expressivity/reachability)."""
    paths = paths_of(Reachability(SIZE))
    alpha = np.array([path_gates(paths, t, row) for t, row in enumerate(edges())])
    none = 0 * alpha + sp.S.Zero
    q = np.array([[sp.S.One * (path[-1] == t) for path in paths] for t in range(SIZE)])
    ones = np.array([[sp.S.One]] * len(paths))
    out = refmem.gla(q, none, none[:, :1], alpha + sp.S.Zero, state=ones).out
    yield Equation(out[:, 0], reads(edges())[:, 0])


def false_twin_with_factors_that_are_not_small():
    """At x = 1/2 older symbols count V."""
    yield Inequality((V * x / (1 - x)).subs(x, sp.S.Half), sp.S.Half)


CLAIMS = (
    a_channel_that_forgets_everything_holds_the_last_value,
    the_shipped_weights_pick_the_delay,
    what_they_leave_of_older_ones_is_a_sum_of_monomials,
    there_are_at_most_a_power_of_them,
    all_that_is_older_counts_less_than_a_half,
    the_shipped_decay_multiplies_the_edges_of_a_path,
)
FALSE = (false_twin_with_factors_that_are_not_small,)
