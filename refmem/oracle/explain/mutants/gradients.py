"""Mutants of gradients: the mistakes that people really make in a backward pass.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.explain.mutants.abilities import has
from refmem.oracle.explain.mutants.backward import (
    SHORT_CHUNK,
    GradientMutant,
    between_chunks_cut,
    change,
    decayed,
    first_values,
    last_row_lost,
    not_accumulated,
    spread_over,
    upstream_ignored,
    without,
)
from refmem.oracle.explain.mutants.changes import rewritten
from refmem.oracle.explain.mutants.mutant import tokens_of


def _is_scaled(case: Case) -> bool:
    return "q" in case.inputs and case.options.get("scale", 1) != 1


def _is_cut(case: Case) -> bool:
    caches = any(axes and axes[0] == "P" for axes in case.axes.values())
    return has_matrix_state(case.rule) and not caches and tokens_of(case, case.inputs) > SHORT_CHUNK


def _is_decayed(case: Case) -> bool:
    """A value for every gate: not several a token, and none that heads share."""
    if not has("v", "alpha")(case) or case.regime.sharing:
        return False
    return case.axes["v"][0] == case.axes["alpha"][0]


GRADIENT_MUTANTS = (
    GradientMutant(
        "gate gradient summed over the batch",
        "the gate's gradient summed over the batch",
        (92,),
        "the axes of the reduction of dg",
        change("gate", spread_over(0)),
        has("gate"),
    ),
    GradientMutant(
        "gate gradient summed over heads",
        "the gate's gradient summed over heads",
        (92, 66),
        "the axes of the reduction of dg",
        change("gate", spread_over(1)),
        has("gate"),
    ),
    GradientMutant(
        "gate gradient by the logarithm",
        "the gate's gradient multiplied by the gate once too often",
        (100, 77),
        "the factor between d log alpha and d alpha",
        change("gate", lambda grad, given: grad * given["alpha"]),
        has("alpha"),
    ),
    GradientMutant(
        "gate gradient lost at the end",
        "the gate's gradient of the last token dropped",
        (31, 93),
        "the row of the last token in a chunk that is not full",
        change("gate", last_row_lost),
        lambda case: has("gate")(case) and tokens_of(case, case.inputs) > 0,
    ),
    GradientMutant(
        "no gradient by the first state",
        "no gradient by the initial state",
        (23, 103, 108),
        "where dh0 is stored",
        change("state", lambda grad, given: np.zeros_like(grad)),
        has("state"),
    ),
    GradientMutant(
        "cotangent of the state ignored",
        "the cotangent of the final state ignored",
        (22, 23),
        "where dht is loaded",
        without("dstate"),
        needs=("state",),
    ),
    GradientMutant(
        "cotangent of the output ignored",
        "the cotangent of the output taken for ones",
        (104,),
        "where the upstream gradient is multiplied in",
        upstream_ignored,
    ),
    GradientMutant(
        "beta gradient summed over the batch",
        "beta's gradient summed over the batch",
        (90, 92),
        "the axes of the reduction of dbeta",
        change("beta", spread_over(0)),
        has("beta"),
    ),
    GradientMutant(
        "key gradient halved",
        "half of the keys' gradient missing",
        (94, 95),
        "the two terms of dk: of the write, and of the error",
        change("k", lambda grad, given: grad / 2),
        has("k"),
    ),
    GradientMutant(
        "value gradient decayed",
        "the values' gradient multiplied by the gate",
        (96,),
        "the decay in dv, which is one for a token's own write",
        change("v", decayed),
        _is_decayed,
    ),
    GradientMutant(
        "query gradient tripled",
        "the queries' gradient three times too large",
        (102,),
        "the scale in dq",
        change("q", lambda grad, given: 3 * grad),
        has("q"),
    ),
    GradientMutant(
        "query gradient unscaled",
        "the queries' gradient without the scale",
        (102, 104),
        "the scale in dq",
        change("q", lambda grad, given: grad / given["scale"]),
        _is_scaled,
    ),
    GradientMutant(
        "query gradient of the first values",
        "the queries' gradient of the first half of the value channels alone",
        (98,),
        "the sum over blocks of values in dq",
        first_values("q"),
        lambda case: has("q", "v")(case) and case.regime.V > 1,
    ),
    GradientMutant(
        "key gradient of the first values",
        "the keys' gradient of the first half of the value channels alone",
        (98,),
        "the sum over blocks of values in dk",
        first_values("k"),
        lambda case: has("k", "v")(case) and case.regime.V > 1,
    ),
    GradientMutant(
        "gate gradient's sign turned",
        "the gate's gradient with the other sign",
        (97,),
        "the sign of the gate's terms in the backward pass",
        change("gate", lambda grad, given: -grad),
        has("gate"),
    ),
    GradientMutant(
        "gate gradient not accumulated",
        "the gate's gradient without the sum over later tokens of its chunk of 64",
        (93,),
        "the reversed cumulative sum after dg",
        change("gate", not_accumulated),
        has("alpha"),
    ),
    GradientMutant(
        "nothing back over chunks",
        "nothing flowing back from a chunk of 16 into the one before",
        (37, 93),
        "the gradient of the state that is carried between chunks",
        between_chunks_cut,
        _is_cut,
    ),
    GradientMutant(
        "first state's gradient transposed",
        "the initial state's gradient V by K",
        (4, 108),
        "the strides with which dh0 is stored",
        change("state", lambda grad, given: rewritten(grad)),
        lambda case: has("state")(case) and has_matrix_state(case.rule),
    ),
)
"""All of them; those of an input that a rule lacks do not fit it."""
