"""Claim: 2^(n-1) heads of softmax attention follow the paths of an acyclic graph of n nodes.

A head for every path from node 0. A token that lacks the path's edge weighs B and holds 0, another
weighs 1 and holds 1; a first key that holds 0 weighs 1/B where the path ends, and B elsewhere. Of T
tokens, l of which lack an edge, a head reads

    where its path ends    (T - l)/(T - l + l B + 1/B): at least 1 - 1/B for l = 0, else below n/B
    elsewhere              at most T/(T + B), below n/B

so the sum over heads is within 2^(n-1) n/B of the number of paths: 1/4 at B = n 2^(n+1). Inputs
depend on the token alone. One head, or fewer than there are routes, may not do (expressivity/sums).

Used by:  refmem.softmax_attention, refmem.studies.expressivity.programs.attention
Source:   worked out here
Method:   signs; then the shipped program in exact numbers, on all graphs of three nodes.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from refmem.grammar.lookup import Cache
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.programs.attention import reachability_by_attention

T, lacking, b, n = sp.symbols("T l b n", positive=True)
B = 1 + b


def where_no_edge_is_missing_it_reads_nearly_one():
    """T/(T + 1/B) = 1 - 1/(T B + 1), and T >= 1: at least 1 - 1/B."""
    tokens = 1 + T
    off = 1 - tokens / (tokens + 1 / B)
    yield Equation(sp.cancel(off), 1 / (tokens * B + 1))
    yield Inequality(sp.cancel(off), 1 / B)


def where_one_is_missing_it_reads_nearly_nothing():
    """T' kept and l >= 1 missing: T'/(T' + l B + 1/B) < T'/B."""
    read = T / (T + (1 + lacking) * B + 1 / B)
    yield Inequality(0, sp.factor(T / B - read))


def whoever_is_elsewhere_reads_nearly_nothing():
    """T'/(T' + l + B) <= T'/B: the first key alone weighs B."""
    yield Inequality(0, sp.factor(T / B - T / (T + lacking + B)))


def all_heads_together_are_off_by_a_quarter():
    """2^(n-1) heads, each off by n/B at most."""
    yield Equation(sp.simplify(2 ** (n - 1) * n / (n * 2 ** (n + 1))), sp.Rational(1, 4))


def a_shipped_head_reads_that_quotient():
    """refmem.softmax_attention on logarithms: two tokens that keep, one that lacks, at the end."""
    unit = sp.log(B)
    k = np.array([[sp.S.Zero], [sp.S.Zero], [unit]])
    v = np.array([[sp.S.One], [sp.S.One], [sp.S.Zero]])
    nothing = Cache(np.array([[-unit]]), np.array([[sp.S.Zero]]))
    one = np.array([[sp.S.One]] * 3)
    out = refmem.softmax_attention(one, k, v, state=nothing, scale=sp.S.One).out
    yield Equation(out[1, 0], 2 / (2 + 1 / B))
    yield Equation(out[2, 0], 2 / (2 + B + 1 / B))


def graphs(nodes):
    """Every graph, as tokens (t, edges into t)."""
    rows = [[(t, *e, *[0] * (nodes - t)) for e in itertools.product((0, 1), repeat=t)]
            for t in range(nodes)]  # fmt: skip
    return map(np.array, itertools.product(*rows))


def the_shipped_program_is_right_about_all_graphs_of_three():
    """refmem.softmax_attention, 4 heads, 8 graphs: every answer, and sums within a quarter."""
    program = reachability_by_attention(Reachability(3))
    for graph in graphs(3):
        wrong = program.answers(graph) - program.task.answers(graph)
        yield from map(sp.Integer, wrong.tolist())
        for read in program.outputs(graph)[:, 0]:
            off = abs(read - round(read))
            yield Inequality(sp.Rational(off.numerator, off.denominator), sp.Rational(1, 4))


def false_twin_with_a_small_weight():
    """B = n: 2^(n-1) heads that are off by 1 each are no count."""
    yield Inequality((2 ** (n - 1) * n / B).subs(b, n - 1), sp.Rational(1, 4))


CLAIMS = (
    where_no_edge_is_missing_it_reads_nearly_one,
    where_one_is_missing_it_reads_nearly_nothing,
    whoever_is_elsewhere_reads_nearly_nothing,
    all_heads_together_are_off_by_a_quarter,
    a_shipped_head_reads_that_quotient,
    the_shipped_program_is_right_about_all_graphs_of_three,
)
FALSE = (false_twin_with_a_small_weight,)
