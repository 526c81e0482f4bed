"""Mutants of gates and of write strengths at the border.

Bugs are rows of the survey of 144 reported ones; E3 is its list of mutants.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.cases.ingredients import gate_of, is_logarithm
from refmem.oracle.explain.mutants.changes import change_input, first_head, sigmoid
from refmem.oracle.explain.mutants.mutant import Mutant, has

GATES = (
    Mutant(
        "gate base 2",
        "the gate read as base-2 (exp2 of a natural logarithm)",
        "67, 77 (attention-gym KDA), E3",
        "exp2 of the gate without the factor 1/ln 2",
        call=change_input("gate", lambda alpha: alpha ** np.log(2)),
        fits=has("gate"),
    ),
    Mutant(
        "gate natural",
        "the gate read as natural (exp of a base-2 logarithm)",
        "67, 77, E3",
        "exp of the gate where it is a base-2 logarithm",
        call=change_input("gate", lambda alpha: alpha ** (1 / np.log(2))),
        fits=has("gate"),
    ),
    Mutant(
        "gate exponentiated",
        "the gate's factor exponentiated, as if it were a logarithm",
        "67, 68 (flashinfer#4968), E3",
        "exp of a gate that is a factor already",
        call=change_input("gate", np.exp),
        fits=lambda case: has("gate")(case) and not is_logarithm(case.rule, gate_of(case.rule)),
    ),
    Mutant(
        "gate not exponentiated",
        "the gate's logarithm used as the factor",
        "67 (flashinfer#4476), E3",
        "a gate that is used without exp",
        call=change_input("gate", np.log),
        fits=lambda case: has("gate")(case) and not is_logarithm(case.rule, gate_of(case.rule)),
    ),
    Mutant(
        "gate ignored",
        "the gate ignored: nothing is forgotten",
        "11 (fla d1fc1c54), 73",
        "the branch that is taken when a gate is given",
        call=change_input("gate", np.ones_like),
        fits=has("gate"),
    ),
    Mutant(
        "gate squared",
        "the gate applied twice",
        "11 (fla f636f5a1)",
        "two multiplications of the state by the gate",
        call=change_input("gate", np.square),
        fits=has("gate"),
    ),
    Mutant(
        "gate of the first head",
        "the gate of the first head used for all heads",
        "66 (fla d38ed8b5), E3",
        "the head index in the load of the gate",
        call=change_input("gate", first_head),
        fits=has("gate"),
    ),
    Mutant(
        "gate of zero is one",
        "a gate of exactly zero taken for one",
        "71, 73, 78 (tt-metal#56550)",
        "a clamp or a mask of the gate's logarithm",
        call=change_input("gate", lambda alpha: np.where(alpha == 0, 1, alpha)),
        fits=has("gate"),
    ),
    Mutant(
        "gate of one is zero",
        "a gate of exactly one taken for zero",
        "73, 74 (fla 7d808a33)",
        "a strict comparison of the gate's logarithm with zero",
        call=change_input("gate", lambda alpha: np.where(alpha == 1, 0, alpha)),
        fits=has("gate"),
    ),
    Mutant(
        "gate of the first channel",
        "the gate of the first key channel used for all channels",
        "65 (mlx-lm#1792), 66",
        "the channel index in the load of the gate",
        call=change_input("gate", lambda alpha: np.broadcast_to(alpha[..., :1], alpha.shape)),
        fits=lambda case: has("gate")(case) and len(case.axes[gate_of(case.rule)]) == 2,
    ),
    Mutant(
        "gate a token late",
        "the gate of the token before",
        "15, 33-36",
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
        "E3 (beta squared)",
        "beta on the key and on the value as well",
        call=change_input("beta", np.square),
        fits=has("beta"),
    ),
    Mutant(
        "beta missing",
        "beta ignored: every write is whole",
        "E3 (beta missing), 30",
        "where the error is multiplied by beta",
        call=change_input("beta", np.ones_like),
        fits=has("beta"),
    ),
    Mutant(
        "beta through a sigmoid",
        "beta passed through a sigmoid once more",
        "the row of beta in the survey's table of conventions",
        "a flag such as use_beta_sigmoid_in_kernel",
        call=change_input("beta", sigmoid),
        fits=has("beta"),
    ),
    Mutant(
        "beta doubled",
        "beta doubled",
        "the row of beta in the survey's table of conventions (allow_neg_eigval)",
        "a factor 2 on beta that allows negative eigenvalues",
        call=change_input("beta", lambda beta: 2 * beta),
        fits=has("beta"),
    ),
    Mutant(
        "beta clipped",
        "beta clipped to at most one",
        "919 in fla (beta in [0, 2))",
        "a clamp of beta",
        call=change_input("beta", lambda beta: np.minimum(beta, 1)),
        fits=has("beta"),
    ),
    Mutant(
        "beta of the first head",
        "the beta of the first head used for all heads",
        "66",
        "the head index in the load of beta",
        call=change_input("beta", first_head),
        fits=has("beta"),
    ),
)
