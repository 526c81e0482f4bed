"""Mutants of the rule itself: what decays, is corrected, written and read, and in which order.

They change a rule's transition, so they fit every linear rule. Numbers are rows of
`refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import numpy as np

from refmem.memory import Transition
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.explain.mutants.abilities import (
    corrects,
    has_bonus,
    is_plain,
    reads_before,
    transition_of,
    transition_with,
)
from refmem.oracle.explain.mutants.mutant import Mutant, with_transition


def undecayed_error(t: Transition, open_gate: Transition) -> Transition:
    """The error reads the state before it decays."""
    return t._replace(erase=open_gate.erase)


def decayed_error(t: Transition, open_gate: Transition) -> Transition:
    """The error reads the state after it decayed."""
    u, w = t.erase or (t.read, t.read)
    return t._replace(erase=(u, t.decay * w))


def decay_after_write(t: Transition, open_gate: Transition) -> Transition:
    """Write first, then decay all of it."""
    k, v = open_gate.write
    erase = open_gate.erase
    if erase is not None:
        erase = t.decay * erase[0], erase[1]
    return t._replace(write=(t.decay * k, v), erase=erase, corrects=False)


def no_error(t: Transition, open_gate: Transition) -> Transition:
    """The value is written whole, whatever its key recalled."""
    return t._replace(erase=None, corrects=False)


def read_before(t: Transition, open_gate: Transition) -> Transition:
    """The read sees the state of the token before."""
    return t._replace(before=True)


def own_write_unseen(t: Transition, open_gate: Transition) -> Transition:
    """The read sees the decayed state without the token's own write."""
    return t._replace(before=True, read=t.read * t.decay if t.decay is not None else t.read)


def read_after(t: Transition, open_gate: Transition) -> Transition:
    """The read sees the state after the write."""
    return t._replace(before=False)


def no_bonus(t: Transition, open_gate: Transition) -> Transition:
    """The token's own bonus is left out."""
    return t._replace(bonus=None)


def steps_reversed(t: Transition, open_gate: Transition) -> Transition:
    """The steps of a token in the other order; what is forgotten before them stays before them."""
    k, v = (_reversed(x, t.micro) for x in t.write)
    u, w = open_gate.erase or (t.read, t.read)
    u, w = _reversed(u, t.micro), _reversed(w, t.micro)
    if t.decay is not None:
        w = w * t.decay
    return t._replace(write=(k, v), erase=(u, w))


def _reversed(x: np.ndarray, n: int) -> np.ndarray:
    """Rows (..., n T, C), those of every token in the other order."""
    tokens = x.reshape(*x.shape[:-2], x.shape[-2] // n, n, x.shape[-1])
    return tokens[..., ::-1, :].reshape(x.shape)


def write_of_values_decays(t: Transition, open_gate: Transition) -> Transition:
    """The write decays along with the state, as in the line before it."""
    k, v = t.write
    return t._replace(write=(k * t.decay, v), corrects=False)


def _gated(case: Case) -> bool:
    gate = gate_of(case.rule)
    return is_plain(case) and gate in case.inputs and case.axes[gate][-1] != "V"


def _error_is_decayed(case: Case) -> bool:
    """The error reads the decayed state: what it reads with is nothing where the gate is zero."""
    if not (_gated(case) and corrects(case)):
        return False
    gate = gate_of(case.rule)
    erase = transition_with(case, **{gate: 0 * case.inputs[gate]}).erase
    return erase is not None and bool(erase[1].size) and not erase[1].any()


def _error_is_undecayed(case: Case) -> bool:
    """The error reads the state before it decays."""
    if not (_gated(case) and corrects(case)):
        return False
    erase = transition_of(case).erase
    return erase is not None and erase[1].size > 0 and not _error_is_decayed(case)


def _takes_steps(case: Case) -> bool:
    """A token takes several delta steps, and none but the first forgets."""
    return corrects(case) and transition_of(case).micro > 1


def _reads_after(case: Case) -> bool:
    return is_plain(case) and not reads_before(case)


ORDER = (
    Mutant(
        "error before the decay",
        "the error read from the state before it decays",
        (9, 10),
        "the state that k (or p) recalls from: before or after the gate",
        rule=with_transition(undecayed_error),
        fits=_error_is_decayed,
    ),
    Mutant(
        "error after the decay",
        "the error read from the state after it decays",
        (9,),
        "the state that k (or p) recalls from: before or after the gate",
        rule=with_transition(decayed_error),
        fits=_error_is_undecayed,
    ),
    Mutant(
        "decay after the write",
        "the decay after the write",
        (9, 10, 11, 12),
        "the order of the gate and the outer product",
        rule=with_transition(decay_after_write),
        fits=_gated,
    ),
    Mutant(
        "write decays",
        "what a token writes decayed by its own gate",
        (14, 34),
        "the decay between a token and itself, which is one",
        rule=with_transition(write_of_values_decays),
        fits=_gated,
    ),
    Mutant(
        "steps reversed",
        "the steps of a token taken in the other order",
        (),
        "the order of the rows that belong to one token",
        rule=with_transition(steps_reversed),
        fits=_takes_steps,
    ),
    Mutant(
        "error left out",
        "the error left out: values written whole",
        (11,),
        "the branch that subtracts what the key recalls",
        rule=with_transition(no_error),
        fits=corrects,
    ),
    Mutant(
        "read before the write",
        "the read before the token's own decay and write",
        (12,),
        "the order of the read and the write",
        rule=with_transition(read_before),
        fits=_reads_after,
    ),
    Mutant(
        "own write unseen",
        "the token's own write left out of its read (a strict mask)",
        (12,),
        "the diagonal of the causal mask",
        rule=with_transition(own_write_unseen),
        fits=_reads_after,
    ),
    Mutant(
        "read after the write",
        "the read after the write",
        (8,),
        "the order of the read and the write",
        rule=with_transition(read_after),
        fits=reads_before,
    ),
    Mutant(
        "bonus left out",
        "the bonus of the token itself left out",
        (15,),
        "the term of u (or of D)",
        rule=with_transition(no_bonus),
        fits=has_bonus,
    ),
)
