"""What programs are given: decided by a token and its place, never by how long the word is."""

from dataclasses import replace

import numpy as np
import pytest

from refmem.grammar.lookup import Cache
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import converted_inputs
from refmem.studies.expressivity.programs.attention import recall_by_attention
from refmem.studies.expressivity.programs.delta import by_delta
from refmem.studies.expressivity.programs.deltaformer import Rewritten
from refmem.studies.expressivity.tasks import Recall
from tests.studies.expressivity.cells import every_program, words


def rows(name, array, program, tokens):
    """An array's rows of each token, (T, rows and all else); None if it has none."""
    axes = program.rule.inputs.get(name, "").split()
    if not axes or "T" not in axes[0]:
        return None
    place = np.ndim(array) - len(axes)
    first = np.moveaxis(np.asarray(array, dtype=object), place, 0)
    return first.reshape(len(tokens), -1)


def given_rows(program, tokens):
    """What the rule is given for each token: name -> (T, numbers)."""
    given = program.inputs(tokens)
    made = {name: rows(name, array, program, tokens) for name, array in given.items()}
    return {name: array for name, array in made.items() if array is not None}


@pytest.mark.parametrize("program", every_program())
def test_a_token_and_its_place_decide_what_the_rule_is_given_for_it(program):
    """So nothing but the rule computes along the sequence."""
    tokens, others = (program.task.draw(6, np.random.default_rng(seed)) for seed in (1, 2))
    mixed = np.where((np.arange(6) % 2 == 0).reshape(-1, *[1] * (tokens.ndim - 1)), tokens, others)
    one, other, both = (given_rows(program, x) for x in (tokens, others, mixed))
    assert len(both) >= 2
    for name, array in both.items():
        assert (array[::2] == one[name][::2]).all(), name
        assert (array[1::2] == other[name][1::2]).all(), name


def knows_places(program):
    """Whether some input of a token changes as the token stands elsewhere."""
    tokens = np.unique(words(program.task, 6), axis=0)
    repeated = np.concatenate([tokens, tokens, tokens[::-1]])
    first, second, turned = np.arange(len(repeated)).reshape(3, -1)
    given = given_rows(program, repeated)
    return any(
        (array[first] != array[second]).any() or (array[first] != array[turned[::-1]]).any()
        for array in given.values()
    )


@pytest.mark.parametrize("program", every_program())
def test_a_program_uses_places_if_and_only_if_it_says_so(program):
    assert knows_places(program) == program.places


def parts(state):
    """A state as a list of arrays: an array, or a cache's keys and values."""
    return [part for part in state if part is not None] if isinstance(state, tuple) else [state]


def what_depends_on_the_length(program, length=12):
    """Inputs of a word's beginning that are others if the word goes on, and sizes that are."""
    word = words(program.task, length)
    whole_word, found = program.inputs(word), set()
    for shorter in range(1, len(word)):
        given = program.inputs(word[:shorter])
        found |= whole_word.keys() ^ given.keys()
        for name, array in given.items():
            made = rows(name, array, program, word[:shorter])
            if made is not None:
                longer = rows(name, whole_word[name], program, word)
                same = np.array_equal(made, longer[:shorter])
            else:
                pairs = zip(parts(array), parts(whole_word[name]), strict=True)
                same = all(np.array_equal(one, other) for one, other in pairs)
            if not same:
                found.add(name)
    return found


@pytest.mark.parametrize("program", every_program())
def test_nothing_of_a_program_depends_on_the_words_length(program):
    assert what_depends_on_the_length(program) == set()


def that_knows_the_length(name):
    """A program that recalls, and puts the word's length into one of its inputs."""
    program = recall_by_attention(Recall(2, 3))

    def inputs(tokens):
        given = program.inputs(tokens)
        if name == "state":
            key, value, _ = given["state"]
            return given | {"state": Cache(key * len(tokens), value)}
        return given | {name: np.asarray(given[name]) * len(tokens)}

    return replace(program, inputs=inputs)


@pytest.mark.parametrize("name", ["q", "k", "v", "scale", "state"])
def test_a_program_that_knows_the_words_length_is_noticed(name):
    assert what_depends_on_the_length(that_knows_the_length(name)) == {name}


def test_so_is_one_whose_width_grows_with_the_word():
    program = by_delta(machine(Recall(2, 3)))

    def inputs(tokens):
        given = program.inputs(tokens)
        wider = {name: with_more(given[name], -1, len(tokens)) for name in ("q", "k")}
        return given | wider | {"state": with_more(given["state"], 0, len(tokens))}

    grown = replace(program, inputs=inputs)
    assert grown.first_error(words(program.task, 6)) is None
    assert what_depends_on_the_length(grown) == {"q", "k", "state"}


def with_more(array, axis, zeros):
    """So many zeros more along an axis."""
    more = [(0, 0)] * array.ndim
    more[axis] = (0, zeros)
    return np.pad(array, more)


@pytest.mark.parametrize("program", every_program())
def test_a_program_keeps_as_many_numbers_as_it_says(program):
    """Its state, or what a token leaves in each head's cache. Heads that only ask share a memory; a
    cache that is rewritten is in test_programs."""
    tokens, (heads, keys, values) = words(program.task, 4), program.sizes
    given = program.inputs(tokens)
    if program.growing:
        assert program.state == heads * (keys + values)
        assert np.size(given["k"]) + np.size(given["v"]) == len(tokens) * program.state
    elif not isinstance(program, Rewritten):
        kept = program.rule(**converted_inputs(given, program.exact), **program.options).state
        writing = np.prod(np.shape(given["k"])[:-2])
        assert kept.size * writing == program.state * heads
