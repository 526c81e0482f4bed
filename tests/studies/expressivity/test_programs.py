"""Programs: exact after every token, of inputs that a token alone decides; planted mistakes."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from refmem.algebra.numbers import rationals
from refmem.studies.expressivity.four_exponentials import four_exponentials
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.groups import symmetric
from refmem.studies.expressivity.keys import Keys, orthogonal_keys, polynomial_keys, random_keys
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import whole
from refmem.studies.expressivity.programs.decays import reachability_by_scales
from refmem.studies.expressivity.programs.delta import by_delta, by_delta_product
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.programs.generalized_delta import by_generalized_delta
from refmem.studies.expressivity.tasks import (
    Automaton,
    Copying,
    Counting,
    Recall,
    Swaps,
    WordProblem,
)
from tests.studies.expressivity.cells import every_program, words

NEARLY = {"Copying", "Reachability", "Brackets"}
"""Tasks of which some programs read a whole number and less than 1/2 more, by a proven bound."""


@pytest.mark.parametrize("program", every_program())
def test_it_is_right_after_every_token(program):
    assert program.first_error(words(program.task)) is None


def reads_a_sign(program):
    """The one that is read by its sign, which is at least 1 away from changing."""
    return program.places and program.task == Counting(2)


@pytest.mark.parametrize("program", every_program())
def test_what_it_reads_are_whole_numbers_or_nearly(program):
    outputs = program.outputs(words(program.task, 6))
    off = abs(outputs - whole(outputs)).max()
    nearly = type(program.task).__name__ in NEARLY or program.growing
    if reads_a_sign(program):
        assert abs(outputs).min() >= 1
    else:
        assert off < Fraction(1, 2) if nearly else off == 0


@pytest.mark.parametrize(
    "make",
    [
        by_delta_product,
        by_generalized_delta,
        lambda moves: by_deltaformer(moves, orthogonal_keys(moves.registers)),
    ],
)
@pytest.mark.parametrize("form", ["recurrent", "parallel", "chunked", "scan"])
def test_every_form_answers_alike_on_rationals(make, form):
    program = make(machine(WordProblem(symmetric(3))))
    if form not in program.rule.forms:
        form = program.rule.forms[0]
    assert program.first_error(words(program.task), rationals, form) is None


@pytest.mark.parametrize(
    "keys", [polynomial_keys(70), random_keys(70, 330, np.random.default_rng(0))]
)
def test_deltaformer_tracks_more_things_than_it_has_dimensions_or_not(keys):
    """70 things, and d = 55 or 330; whole, and rewritten every 70 tokens."""
    task = Swaps(70)
    tokens, floats = words(task, 300), lambda x: np.asarray(x).astype(np.float64)
    program = by_deltaformer(machine(task), keys)
    assert program.first_error(tokens, floats) is None
    whole_cache = program.outputs(tokens, floats)
    assert (whole_cache == np.rint(whole_cache)).all()
    assert task.first_error(tokens, program.decode(whole(whole_cache))) is None


def test_the_cache_is_never_longer_than_twice_the_registers(monkeypatch):
    task = Swaps(4)
    program = by_deltaformer(machine(task), orthogonal_keys(4))
    rows, call = [], type(program.rule).__call__

    def watched(rule, *args, **given):
        result = call(rule, *args, **given)
        rows.append(given["state"].key.shape[-2])
        return result

    monkeypatch.setattr(type(program.rule), "__call__", watched)
    assert program.first_error(words(task, 50)) is None
    assert set(rows) == {4, 6, 8}  # new; the last two tokens; before it is rewritten
    assert max(rows) * (4 + 1) == program.state


def test_any_automaton_by_the_generalised_delta_rule():
    random = np.random.default_rng(1)
    for _ in range(4):
        task = Automaton(tuple(map(tuple, random.integers(0, 4, (3, 4)).tolist())))
        assert by_generalized_delta(machine(task)).first_error(task.draw(30, random)) is None


def test_four_exponentials_are_whole_at_their_nodes_and_nowhere_flat():
    exact = np.array([Fraction(x) for x in (-1, 0, 1, 2)], dtype=object)
    assert (four_exponentials.weight(exact) == exact).all()
    off = np.array([Fraction(1, 2)], dtype=object)
    assert abs(four_exponentials.weight(off.astype(float))[0] - 0.5) > 1 / 64


@pytest.mark.parametrize("name", ["k", "v", "beta", "state"])
def test_a_mistake_in_one_input_is_noticed(name):
    """Each input once off by one number, in a program that is otherwise right."""
    program = by_delta(machine(Recall(3, 3)))

    def inputs(tokens):
        given = program.inputs(tokens)
        array = np.array(given[name])
        array.flat[array.size // 3] += 1
        return given | {name: array}

    tokens = np.array([[0, 1, 0], [1, 0, 2], [1, 1, 3], [0, 0, 0], [0, 1, 0], [1, 2, 1], [0, 2, 0]])
    assert program.first_error(tokens) is None
    assert replace(program, inputs=inputs).first_error(tokens) is not None


def test_floats_that_are_no_numbers_are_wrong_and_not_an_error():
    assert whole(np.array([np.nan, np.inf, 2.2, -0.4])).tolist() == [-1, -1, 2, 0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: by_delta(machine(Counting(3))),
            r"delta: task has 2 moves a token \(count mod 3\)",
        ),
        (
            lambda: by_delta_product(machine(Reachability(3))).answers(
                np.array([[0, 0, 0, 0], [1, 1, 0, 0]])
            ),
            "delta: task has moves that write where they do not read .reachability.",
        ),
        (
            lambda: by_deltaformer(machine(Swaps(5)), orthogonal_keys(4)),
            "deltaformer: keys has 4 rows, expected at least 5",
        ),
        (
            lambda: by_deltaformer(machine(Swaps(3)), Keys(np.array([[2, 0], [0, 2], [1, 1]]), 4)),
            "deltaformer: keys has differences whose products are off by 1, .* d of at least 267",
        ),
        (
            lambda: by_deltaformer(machine(Swaps(70)), polynomial_keys(70), four_exponentials),
            "deltaformer: keys has 70 rows that overlap in 55 dimensions, .* d >= 70, .* four exp",
        ),
    ],
)
def test_a_program_that_cannot_be(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_scales_hold_to_twelve_nodes():
    """4096 paths at most, each counted to less than 1/2."""
    task = Reachability(12)
    complete = np.concatenate([np.arange(12)[:, None], np.tri(12, 12, -1, dtype=int)], axis=1)
    program = reachability_by_scales(task)
    counts = program.outputs(complete)[:, 0]
    assert whole(counts).tolist() == [1, *(2**t for t in range(11))]
    assert max(abs(counts - whole(counts))) < Fraction(1, 2)


def test_copying_may_be_longer():
    from refmem.studies.expressivity.programs.decays import copying_by_delta, copying_by_gla

    for make in (copying_by_gla, copying_by_delta):
        program = make(Copying(6, 9))
        assert program.first_error(words(program.task, 40)) is None
