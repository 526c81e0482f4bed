"""The rules of the table: which programs each has, what may show that it has none, what is drawn.

Every rule is granted the same (`Grants`), so a program that knows places counts only where all may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from refmem.rules.delta import delta_product
from refmem.studies.expressivity import encodings, letter_limits, limits
from refmem.studies.expressivity.encodings import Encoding
from refmem.studies.expressivity.four_exponentials import four_exponentials
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.keys import narrowest_keys, orthogonal_keys
from refmem.studies.expressivity.limits import Limit
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs import attention, by_place, decays, sums
from refmem.studies.expressivity.programs.delta import by_delta, by_delta_product
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.programs.generalized_delta import by_generalized_delta
from refmem.studies.expressivity.search import Reads, by_draws, every_count, every_sum
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Brackets, Copying, Counting, Recall

Make = Callable[[Task], Program | None]
Shows = Callable[..., Limit | None]


@dataclass(frozen=True)
class Grants:
    """What every rule of a table may use alike.

    places   whether what a token is given may depend on its place

    Always granted: any number of heads, whose outputs are added; any memory at first, which is what
    a BOS token or a sink leaves; numbers of any size and precision.
    """

    places: bool = True

    def __str__(self) -> str:
        places = "a token and its place" if self.places else "a token alone, not its place"
        return (
            f"every rule is one layer and is granted the same: inputs that depend on {places}; any "
            "memory at first, as a BOS token or a sink leaves it; heads, whose outputs are added; "
            "numbers of any size"
        )


GRANTED = Grants()
"""What is granted unless it is said otherwise: places, too."""


@dataclass(frozen=True)
class Row:
    """A rule under a condition.

    name        as it is asked for
    heading     as it stands over its column
    programs    task -> its program, or None; the first that the grants allow is taken
    encodings   how its inputs are drawn: the first for limits, all of them for a search
    placed      limits that hold where places are granted
    unplaced    limits that need that they are not
    """

    name: str
    heading: str
    programs: tuple[Make, ...]
    encodings: tuple[Encoding, ...] = ()
    placed: tuple[Shows, ...] = ()
    unplaced: tuple[Shows, ...] = ()

    def program(self, task: Task, grants: Grants = GRANTED) -> Program | None:
        """Its program for a task, if there is one that uses no more than is granted."""
        made = (make(task) for make in self.programs)
        allowed = (one for one in made if one and (grants.places or not one.places))
        return next(allowed, None)

    def limits(self, grants: Grants = GRANTED) -> list[Shows]:
        """What may show that there is none, each a function of the task and rng."""
        shows = self.placed if grants.places else (*self.unplaced, *self.placed)
        return [partial(show, encoding=self.drawn(grants)[0]) for show in shows]

    def drawn(self, grants: Grants = GRANTED) -> list[Encoding]:
        """Its encodings, with or without places."""
        return [replace(one, places=grants.places) for one in self.encodings]

    def reads(self, grants: Grants = GRANTED) -> Reads | None:
        """What a search reads of it; None where nothing is drawn."""
        if self.encodings[:1] == (encodings.LINEAR,):
            return every_sum if grants.places else every_count
        return by_draws(*self.drawn(grants)) if self.encodings else None


def by_class(*makers: tuple[type, Callable[..., Program]]) -> Make:
    """What makes a program for each class of tasks; for other classes there is none."""
    known = dict(makers)

    def program(task: Task) -> Program | None:
        make = known.get(type(task))
        return None if make is None else make(task)

    return program


def counting(modulus: int, make: Callable[[Counting], Program]) -> Make:
    """What makes a program for counting modulo this."""

    def program(task: Task) -> Program | None:
        return make(task) if task == Counting(modulus) else None

    return program


def shallow(make: Callable[[Brackets], Program]) -> Make:
    """What makes a program for brackets of depth three at most."""

    def program(task: Task) -> Program | None:
        return make(task) if isinstance(task, Brackets) and task.depth <= 3 else None

    return program


def _recall_by_delta(task: Recall) -> Program:
    return by_delta(machine(task))


def _reflected(task: Task) -> Program | None:
    """One delta step a token, where the machine takes one."""
    moves = machine(task)
    return by_delta(moves) if moves.steps == 1 else None


def _products(task: Task) -> Program:
    if isinstance(task, Reachability):
        return decays.reachability_by_scales(task, delta_product, n=1)
    return by_delta_product(machine(task))


def _generalized(task: Task) -> Program:
    return by_generalized_delta(machine(task))


def _rounded(task: Task) -> Program:
    moves = machine(task)
    return by_deltaformer(moves, narrowest_keys(moves.registers))


def _exponential(task: Task) -> Program:
    moves = machine(task)
    return by_deltaformer(moves, orthogonal_keys(moves.registers), four_exponentials)


GENTLE: tuple[Make, ...] = (
    by_class(
        (Recall, _recall_by_delta),
        (Copying, decays.copying_by_delta),
        (Reachability, decays.reachability_by_scales),
    ),
    shallow(sums.brackets_by_delta),
)
"""Steps with beta |k|^2 of at most 1."""


ROWS = (
    Row(
        "linear_attention",
        "linear\nattn",
        (
            by_class((Recall, sums.recall_by_sums), (Copying, sums.copying_by_sums)),
            shallow(sums.brackets_by_sums),
        ),
        (encodings.LINEAR,),
        (limits.additive,),
        (limits.blind,),
    ),
    Row(
        "softmax_attention",
        "softmax\nattn",
        (
            by_class(
                (Recall, attention.recall_by_attention),
                (Copying, attention.copying_by_attention),
                (Reachability, attention.reachability_by_attention),
            ),
            shallow(attention.brackets_by_attention),
        ),
        (encodings.SOFTMAX, encodings.HARD),
        (letter_limits.degree,),
        (limits.blind,),
    ),
    Row(
        "gla",
        "gla",
        (
            by_class(
                (Recall, decays.recall_by_gates),
                (Copying, decays.copying_by_gla),
                (Reachability, decays.reachability_by_paths),
            ),
            shallow(sums.brackets_by_gla),
        ),
        (encodings.GATED,),
        (letter_limits.positive,),
        (partial(limits.fading, words=limits.COUNTERS),),
    ),
    Row(
        "delta, beta <= 1",
        "delta\nb <= 1",
        (*GENTLE, counting(2, by_place.parity_by_projections)),
        (encodings.POSITIVE, encodings.PROJECTING),
        (),
        (limits.turning, partial(limits.fading, words=limits.LEVELS)),
    ),
    Row(
        "delta, beta <= 2",
        "delta\nb <= 2",
        (*GENTLE, _reflected, counting(3, by_place.counting_three_by_exchanges)),
        (encodings.REFLECTING, encodings.EXCHANGING),
        (),
        (partial(limits.turning, stride=2), partial(limits.fading, words=limits.LEVELS)),
    ),
    Row("delta_product", "delta\nproduct", (_products,)),
    Row("generalized_delta", "general.\ndelta", (_generalized,)),
    Row("deltaformer, rounding", "DeltaF.\nround", (_rounded,)),
    Row("deltaformer, 4 exponentials", "DeltaF.\n4 exp", (_exponential,)),
)
"""The rules; beta is that of unit keys: beta |k|^2 in general."""
