"""Claim: one DeltaFormer layer counts the paths of an acyclic graph, and so sees what is reachable.

    u[t] = v[t] + sum_{i<t} A[t, i] u[i]        U = (I - A)^-1 V = (I + A + A^2 + ...) V

with k_i = e_i, w_t = -A[t], v = e_source: u[t] counts the paths from the source to t, weighted by
the product of their edges. A (T, T) has edges i -> t for i < t only, as an acyclic graph has in
topological order, so A^T = 0 and the series ends (duality/neumann).

Used by:  refmem.deltaformer, refmem.studies.expressivity.machines
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   matrices of symbolic size for the recurrence and the solve; paths counted by their last
          edge; then the shipped rule with symbols for edges.
"""

import itertools

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

T, V = sp.symbols("T V", integer=True, positive=True)
A, U, B = sp.MatrixSymbol("A", T, T), sp.MatrixSymbol("U", T, V), sp.MatrixSymbol("B", T, V)
SIZE = 4


def the_recurrence_is_the_solve():
    """u = v + A u is (I - A) U = V: it holds for U = (I - A)^-1 V."""
    right = (sp.Identity(T) - A) * U
    yield Equation(right + A * U, U)
    yield Equation((sp.Identity(T) - A) * sp.Inverse(sp.Identity(T) - A) * B, B)


def paths_are_counted_by_their_last_edge():
    """A path of p + 1 edges to t is one of p edges to some m and the edge m -> t: sum_m A[t, m]
    A^p[m, s] = A^(p+1)[t, s], and A itself counts the edges. Here of 4 points, p = 1, 2."""
    graph = sp.Matrix(edges())
    for length in (1, 2):
        counted = sp.zeros(SIZE)
        for t, m, s in itertools.product(range(SIZE), repeat=3):
            counted[t, s] += graph[t, m] * (graph**length)[m, s]
        yield Equation(counted, graph ** (length + 1))


def edges():
    """A symbol a[t,i] for every edge i -> t with i < t, zero elsewhere."""
    return np.where(np.tri(SIZE, SIZE, -1, dtype=bool), array("a", (SIZE, SIZE)), sp.S.Zero)


def paths(source, target):
    """Products of edges over all increasing chains from source to target, added up."""
    if source == target:
        return sp.S.One
    a = edges()
    between = range(source + 1, target)
    chains = [
        (source, *chain, target)
        for size in range(len(between) + 1)
        for chain in itertools.combinations(between, size)
    ]
    steps = [list(itertools.pairwise(chain)) for chain in chains]
    return sum(sp.prod(a[later, earlier] for earlier, later in chain) for chain in steps)


def reads(graph):
    """What refmem.deltaformer writes and reads with e_t at t, for V the identity: (I - A)^-1."""
    identity = np.where(np.eye(SIZE, dtype=bool), sp.S.One, sp.S.Zero)
    kernels = {"kappa1": "linear", "kappa2": "linear", "scale": sp.S.One}
    return refmem.deltaformer(identity, identity, identity, w=-graph, **kernels).out


def the_shipped_rule_adds_up_all_paths():
    """refmem.deltaformer on symbols, 4 points: entry (t, s) is the sum over all chains from s to t,
    listed one by one."""
    counts = reads(edges())
    for t, s in itertools.product(range(SIZE), repeat=2):
        yield Equation(counts[t, s], paths(s, t) if s <= t else 0)


def the_shipped_rule_is_the_series():
    """I + A + A^2 + A^3, and A^4 = 0."""
    graph = sp.Matrix(edges())
    series = sum((graph**power for power in range(1, SIZE)), sp.eye(SIZE))
    yield Equation(reads(edges()), series.__array__())
    yield Equation(graph**SIZE, sp.zeros(SIZE))


def no_path_cancels_another():
    """Edges weigh at least 0, so a count is 0 only where there is no path."""
    a, counts = edges(), reads(edges())
    weights = {x: sp.Symbol(f"w{place}", nonnegative=True) for place, x in enumerate(a.flat)}
    for count in counts.flat:
        yield Inequality(0, sp.expand(count.subs({x: w for x, w in weights.items() if x != 0})))


def false_twin_with_the_sign_of_the_key_forgotten():
    """w_t = A[t] gives (I + A)^-1, in which paths of odd and even length cancel."""
    yield Equation(reads(-edges())[3, 0], paths(0, 3))


CLAIMS = (
    the_recurrence_is_the_solve,
    paths_are_counted_by_their_last_edge,
    the_shipped_rule_adds_up_all_paths,
    the_shipped_rule_is_the_series,
    no_path_cancels_another,
)
FALSE = (false_twin_with_the_sign_of_the_key_forgotten,)
