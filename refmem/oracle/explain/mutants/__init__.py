"""Mutants: the mistakes that people really make, each as a change of a rule or of its border.

    mutant      what one is, and how any number of them run together
    abilities   which mistakes a case can have
    changes     what border mutants do
    states, gates, heads    mistakes at the border
    order       mistakes in the rule: what decays, is corrected, written and read, and when
    time        mistakes between chunks, and in their tails
    rates       mistakes in a write strength that depends on the key's length
    relays      mistakes between a memory and the next, which is made with what it recalls
    resuming    mistakes at the first token after a state
    denominators            mistakes in what a read is divided by
    masks, scores, caches   mistakes in rules that keep everything
    static      mistakes in memories made of weights
    precision   numbers that pass through fewer bits
    sequences   mistakes in packed sequences and pools of states
    fitted      mistakes with a number in them, which is found from a result
    gradients   mistakes in a backward pass
    table       which cases kill which mutant

Two uses: the cases must kill every one (`refmem mutants`), and a candidate that fails is compared
with each (`refmem.oracle.explain.diagnosis`).
"""

from refmem.oracle.explain.mutants.caches import CACHES
from refmem.oracle.explain.mutants.denominators import DENOMINATORS
from refmem.oracle.explain.mutants.gates import GATES, STRENGTHS
from refmem.oracle.explain.mutants.heads import KEYS
from refmem.oracle.explain.mutants.masks import MASKS
from refmem.oracle.explain.mutants.mutant import Mutant, run_mutants
from refmem.oracle.explain.mutants.order import ORDER
from refmem.oracle.explain.mutants.precision import PRECISION
from refmem.oracle.explain.mutants.rates import RATES
from refmem.oracle.explain.mutants.relays import RELAYS
from refmem.oracle.explain.mutants.resuming import RESUMING
from refmem.oracle.explain.mutants.scores import SCORES
from refmem.oracle.explain.mutants.sequences import SEQUENCES
from refmem.oracle.explain.mutants.states import SCALES, STATES
from refmem.oracle.explain.mutants.static import STATIC
from refmem.oracle.explain.mutants.time import CHUNKS

MUTANTS: tuple[Mutant, ...] = (
    *STATES,
    *GATES,
    *ORDER,
    *RATES,
    *RELAYS,
    *RESUMING,
    *STRENGTHS,
    *DENOMINATORS,
    *SCALES,
    *KEYS,
    *MASKS,
    *SCORES,
    *CACHES,
    *STATIC,
    *CHUNKS,
    *SEQUENCES,
    *PRECISION,
)
"""All of them, those that are likelier first."""

__all__ = ["MUTANTS", "Mutant", "run_mutants"]
