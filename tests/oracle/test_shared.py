"""What failures share is found from facts alone: one fact, two at once, or one for each cause."""

import pytest

from refmem.oracle.cases.case import find_case, names_of
from refmem.oracle.explain.facts import facts_of
from refmem.oracle.explain.shared import clusters, shared

RULES = ("gated_delta", "softmax_attention", "mamba2", "glu")


def facts(*names):
    return [dict.fromkeys(one.split(", "), True) for one in names]


def test_one_fact_that_all_failures_and_no_pass_has():
    found = shared(facts("state, long", "state, short"), facts("long", "short", "long, short"))
    assert found.facts == ("state",)
    assert str(found) == "only where state: 2 of 2 failures, 0 of 3 passes"


def test_two_facts_if_they_leave_far_fewer_passes_than_one():
    passes = facts("state", "state", "state", "state", "long", "long", "long", "long")
    found = shared(facts("state, long", "state, long"), passes)
    assert found.facts == ("state", "long")
    assert str(found) == "only where state and long: 2 of 2 failures, 0 of 8 passes"


def test_a_second_fact_is_not_taken_for_a_few_passes():
    passes = facts("state", *["long"] * 9)
    assert shared(facts("state, long", "state, long"), passes).facts == ("state",)


def test_facts_that_do_as_well_are_named():
    found = shared(facts("state, long", "state, long"), facts("other"))
    assert found.facts == ("state",)
    assert found.also == ("long",)
    assert str(found).endswith("; likewise where long")


def test_a_fact_that_most_failures_have():
    failed = facts(*["state, a"] * 3, "b")
    found = shared(failed, facts("a", "b", "c"))
    assert not found.separates
    assert str(found) == "mostly where state: 3 of 4 failures, 0 of 3 passes"


def test_nothing_is_shared():
    found = shared(facts("a", "b"), facts("a", "b"))
    assert found.facts == ()
    assert str(found) == "and share no fact that the 2 passes lack"


def test_where_everything_fails_there_is_nothing_to_compare():
    assert str(shared(facts("a", "b"), [])) == "all there are"
    assert str(shared(facts("a"), facts("there are no tokens"))) == "all that have tokens"


def test_two_causes_are_two_clusters():
    failed = facts("tail, x", "tail, y", "tail", "grouped, x", "grouped, y")
    passed = facts("x", "y", "x, y", "z")
    assert clusters(failed, passed) == [[0, 1, 2], [3, 4]]


def test_one_cause_is_one_cluster():
    assert clusters(facts("tail, x", "tail, y"), facts("x", "y")) == [[0, 1]]
    assert clusters(facts("x", "y"), facts("x", "y")) == [[0, 1]]  # and no fact tells them apart


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("gated_delta/ordinary/5", "a state is passed"),
        ("gated_delta/no-state/0", "no state is given"),
        ("gated_delta/zero-state/0", "no state is passed, or one of zeros"),
        ("gated_delta/ordinary/5", "T > 128"),
        ("gated_delta/ordinary/0", "T = 1"),
        ("gated_delta/ordinary/5", "T is no multiple of 16"),
        ("gated_delta/ordinary/3", "T is a multiple of 64"),
        ("gated_delta/grouped-values/0", "heads share keys or values"),
        ("gated_delta/ordinary/0", "no heads are shared"),
        ("gated_delta/shared-beta/0", "no heads are shared"),
        ("gated_delta/wide-values/0", "V > K"),
        ("gated_delta/reset-at-chunk/0", "some gates are exactly zero"),
        ("gated_delta/always-reset/0", "the first token forgets everything before it"),
        ("gated_delta/ordinary/0", "the first token keeps something"),
        ("gated_delta/no-decay/0", "all gates are exactly one"),
        ("gated_delta/closing/0", "some gates are nearly zero, below 1e-08"),
        ("gated_delta/packed/0", "an empty sequence is among the packed ones"),
        ("gated_delta/slots/0", "states lie in slots of a pool"),
        ("gated_delta/default-scale/0", "no scale is passed"),
        ("gated_delta/scale/0", "a scale other than 1 is passed"),
        ("gated_delta/beta-above-one/0", "some beta is above one"),
        ("gated_delta/beta-zero/0", "beta is zero"),
        ("gated_delta/large-state/0", "some state is beyond 4"),
        ("gated_delta/fine-numbers/0", "all bits of the numbers are in use"),
        ("gated_delta/empty/0", "there are no tokens"),
        ("softmax_attention/without-sink/0", "sink is left out"),
        ("softmax_attention/ordinary/0", "sink is passed"),
        ("softmax_attention/ordinary/5", "there are more than 128 keys in all"),
        ("glu/ordinary/0", "activation is silu"),
    ],
)
def test_facts(name, true):
    assert facts_of(find_case(name))[true]


@pytest.mark.parametrize("rule", RULES)
def test_every_fact_but_what_is_rare_holds_in_some_case_and_not_in_others(rule):
    """A fact that never changes separates nothing; no two regimes have the same facts."""
    found = [facts_of(find_case(name)) for name in names_of(find_case(f"{rule}/ordinary/0").rule)]
    assert len({frozenset(said for said, holds in one.items() if holds) for one in found}) > 15
    assert all(any(one.values()) for one in found)
