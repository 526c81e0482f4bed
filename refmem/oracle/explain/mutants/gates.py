"""Mutants of gates and of write strengths at the border.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import numpy as np

from refmem.grammar.kinds import step_size, strength
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of, is_logarithm
from refmem.oracle.explain.mutants.abilities import has, named_kind
from refmem.oracle.explain.mutants.changes import change_input, of_first_head, sigmoid
from refmem.oracle.explain.mutants.mutant import Memory, Mutant

STRENGTH = strength("T").kind.name


def _strength(case: Case) -> str:
    """The first input that is a write strength; or ""."""
    return named_kind(case, STRENGTH)


def logits_of_strengths(case: Case, memory: Memory) -> Memory:
    """A write strength as it is before its sigmoid."""
    return change_input(_strength(case), lambda x: np.log(x / (1 - x)))(case, memory)


def clipped_steps(limit: float) -> Mutant:
    """Steps of a continuous memory that are at most `limit` long."""
    return Mutant(
        f"dt clipped at {limit:.4g}",
        f"dt clipped at {limit:.4g}",
        ("mlx-lm#988",),
        "the limits of dt, such as time_step_limit",
        call=lambda case, memory: change_input(
            named_kind(case, STEP), lambda dt: np.minimum(dt, dt.dtype.type(limit))
        )(case, memory),
        fits=lambda case: bool(named_kind(case, STEP)),
    )


STEP = step_size("T").kind.name

GATES = (
    clipped_steps(0.1),
    Mutant(
        "gate base 2",
        "the gate read as base-2 (exp2 of a natural logarithm)",
        (67, 77),
        "exp2 of the gate without the factor 1/ln 2",
        call=change_input("gate", lambda alpha: alpha ** np.log(2)),
        fits=has("gate"),
    ),
    Mutant(
        "gate natural",
        "the gate read as natural (exp of a base-2 logarithm)",
        (67, 77),
        "exp of the gate where it is a base-2 logarithm",
        call=change_input("gate", lambda alpha: alpha ** (1 / np.log(2))),
        fits=has("gate"),
    ),
    Mutant(
        "gate exponentiated",
        "the gate's factor exponentiated, as if it were a logarithm",
        (67, 68),
        "exp of a gate that is a factor already",
        call=change_input("gate", np.exp),
        fits=lambda case: has("gate")(case) and not is_logarithm(case.rule, gate_of(case.rule)),
    ),
    Mutant(
        "gate not exponentiated",
        "the gate's logarithm used as the factor",
        (67,),
        "a gate that is used without exp",
        call=change_input("gate", np.log),
        fits=lambda case: has("gate")(case) and not is_logarithm(case.rule, gate_of(case.rule)),
    ),
    Mutant(
        "gate ignored",
        "the gate ignored: nothing is forgotten",
        (11, 73),
        "the branch that is taken when a gate is given",
        call=change_input("gate", np.ones_like),
        fits=has("gate"),
    ),
    Mutant(
        "gate squared",
        "the gate applied twice",
        (11,),
        "two multiplications of the state by the gate",
        call=change_input("gate", np.square),
        fits=has("gate"),
    ),
    Mutant(
        "gate of the first head",
        "the gate of the first head used for all heads",
        (66,),
        "the head index in the load of the gate",
        call=of_first_head("gate"),
        fits=has("gate"),
    ),
    Mutant(
        "gate of zero is one",
        "a gate of exactly zero taken for one",
        (71, 73, 78),
        "a clamp or a mask of the gate's logarithm",
        call=change_input("gate", lambda alpha: np.where(alpha == 0, 1, alpha)),
        fits=has("gate"),
    ),
    Mutant(
        "gate of one is zero",
        "a gate of exactly one taken for zero",
        (73, 74),
        "a strict comparison of the gate's logarithm with zero",
        call=change_input("gate", lambda alpha: np.where(alpha == 1, 0, alpha)),
        fits=has("gate"),
    ),
    Mutant(
        "gate of the first channel",
        "the gate of the first key channel used for all channels",
        (65, 66),
        "the channel index in the load of the gate",
        call=change_input("gate", lambda alpha: np.broadcast_to(alpha[..., :1], alpha.shape)),
        fits=lambda case: has("gate")(case) and len(case.axes[gate_of(case.rule)]) == 2,
    ),
    Mutant(
        "gate a token late",
        "the gate of the token before",
        (15, 33, 34, 35, 36),
        "the token index in the load of the gate",
        call=lambda case, memory: change_input(
            "gate", lambda alpha: np.roll(alpha, 1, -len(case.axes[gate_of(case.rule)]))
        )(case, memory),
        fits=has("gate"),
    ),
)

STRENGTHS = (
    Mutant(
        "beta squared",
        "beta applied twice",
        (),
        "beta on the key and on the value as well",
        call=change_input("beta", np.square),
        fits=has("beta"),
    ),
    Mutant(
        "beta missing",
        "beta ignored: every write is whole",
        (30,),
        "where the error is multiplied by beta",
        call=change_input("beta", np.ones_like),
        fits=has("beta"),
    ),
    Mutant(
        "beta through a sigmoid",
        "beta passed through a sigmoid once more",
        ("fla's use_beta_sigmoid_in_kernel",),
        "a flag such as use_beta_sigmoid_in_kernel",
        call=change_input("beta", sigmoid),
        fits=has("beta"),
    ),
    Mutant(
        "beta without a sigmoid",
        "the logit of the write strength taken for the strength (no sigmoid)",
        ("sglang#38383",),
        "where the sigmoid of the write strength is taken",
        call=logits_of_strengths,
        fits=lambda case: bool(_strength(case)),
    ),
    Mutant(
        "beta doubled",
        "beta doubled",
        ("fla's allow_neg_eigval",),
        "a factor 2 on beta that allows negative eigenvalues",
        call=change_input("beta", lambda beta: 2 * beta),
        fits=has("beta"),
    ),
    Mutant(
        "beta clipped",
        "beta clipped to at most one",
        ("fla#919",),
        "a clamp of beta",
        call=change_input("beta", lambda beta: np.minimum(beta, 1)),
        fits=has("beta"),
    ),
    Mutant(
        "beta of the first head",
        "the beta of the first head used for all heads",
        (66,),
        "the head index in the load of beta",
        call=of_first_head("beta"),
        fits=has("beta"),
    ),
)
