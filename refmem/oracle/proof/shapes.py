"""The shapes that a function is proven at: where bugs live.

They are those of cases of the oracle (`refmem.oracle.cases.regimes`): both sides of chunks, K other
than V, widths of one, heads that share, with and without a state, without optional inputs, packed.
Numbers do not matter here, but that gates and strengths are exactly zero or one in some. Long ones
are narrow and have one sequence: an identity that fails, fails there too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import is_timed
from refmem.oracle.cases.case import Case, find_case, make_case, suited

SHAPES = {
    "ordinary": (1, 2, 63, 64, 65, 130),
    "short-chunks": (5, 17, 33),
    "no-state": (3, 65),
    "square": (64,),
    "odd-sizes": (65,),
    "wide-values": (2,),
    "one-key": (65,),
    "one-value": (64,),
    "grouped-queries": (65,),
    "grouped-values": (65,),
    "shared-beta": (65,),
    "scale": (64,),
    "default-scale": (65,),
    "packed": (5,),
    "mid-chunk-reset": (65,),
    "no-decay": (2,),
    "beta-zero": (2,),
    "beta-one": (2,),
}
"""Regime -> numbers of tokens; of packed sequences, of the first one."""

OMITTED = "without-"
"""How regimes begin that leave an optional input out: the shortest of each."""

LONG, NARROW = 16, {12: 5, 7: 3, 16: 4}
"""Cases of more tokens have one sequence, and these widths in place of their own."""


def cases_at(rule: Rule, chosen: Iterable[str] = ()) -> Iterator[Case]:
    """Those that are named, such as ordinary/4, or delta/ordinary/4; or at the shapes above."""
    for one in chosen:
        yield find_case(one if one.count("/") > 1 else f"{rule.path}/{one}")
    if chosen:
        return
    for regime in suited(rule):
        lengths = [some[0] for some in regime.sequences] or list(regime.lengths)
        wanted = SHAPES.get(regime.name, lengths[:1] if regime.name.startswith(OMITTED) else ())
        for tokens in wanted:
            K, V = regime.K, regime.V
            if tokens > LONG:
                K, V = NARROW.get(K, K), NARROW.get(V, V)
            sized = dataclasses.replace(regime, K=K, V=V)
            yield make_case(rule, sized, lengths.index(tokens))


def one_sequence(case: Case) -> Case:
    """The first sequence of a case, if there are several of the same length."""
    if {"lengths", "slots"} & case.inputs.keys():
        return case
    inputs = {
        name: x[:1] if is_timed(case.axes[name]) or name.startswith("state") else x
        for name, x in case.inputs.items()
    }
    shape = (1, *case.state_shape[1:]) if case.state_shape else ()
    return dataclasses.replace(case, inputs=inputs, state_shape=shape)


def narrow(case: Case) -> Case:
    """A case of the same kind with few channels and one sequence, as far as it has them."""
    K, V = min(case.regime.K, 3), min(case.regime.V, 2)
    regime = dataclasses.replace(case.regime, K=K, V=V)
    return one_sequence(make_case(case.rule, regime, case.seed))


def written(case: Case) -> str:
    """The shape of a case in words, such as T = 65, K = 5, V = 3."""
    known = {"T": case.tokens, "K": case.regime.K, "V": case.regime.V}
    letters = {axis for axes in case.axes.values() for axis in axes}
    return ", ".join(f"{letter} = {n}" for letter, n in known.items() if letter in letters | {"T"})
