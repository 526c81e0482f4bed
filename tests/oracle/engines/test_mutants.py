"""Every mistake that engines make is found, and named; an engine without one conforms."""

import pytest

from refmem.around.serving import Pool
from refmem.oracle.engines.check import check_engine
from refmem.oracle.engines.contracts import HOLDS
from refmem.oracle.engines.mutants import MUTANTS
from refmem.oracle.verdict.outcomes import CONFORMS
from tests.oracle.engines.wrapped import engine, of_pages

IN = {
    "every call begins from nothing": "requests",
    "the state after j accepted drafts is that of all k": "drafts",
    "a rejected draft leaks: the state is that of one draft more than was accepted": "drafts",
    "accepted drafts are lost: where one is rejected, the state is that before all": "drafts",
    "a slot of another request is changed: sequence n writes slot n, and not slots[n]": "requests",
    "a copy shares memory with its source: each call on one changes the other": "copies",
    "a copy leaves the target as it was": "copies",
    "the snapshot aliases the live state: what was kept changes with later calls": "snapshots",
    "padding writes: what slot -1 is asked goes to the last slot": "padding",
    "tokens beyond the last sequence are read as if they were its own": "slack",
    "NaN of a request that has left spreads: what is unused is multiplied by zero": "NaN",
    "the convolution's state lags by one token": "requests",
    "the convolution's state is not rolled back with the memory: it is that of all": "drafts",
    "the convolution's state is not copied with the memory": "copies",
    "a restored state has passed through float16": "snapshots",
    "a slot is reused dirty: the next request begins from what the last one left": "reuse",
}
"""The contract that each mistake breaks."""


def check(made, rule="gated_delta", number=150, **given):
    return check_engine(made, rule, number=number, patience=0.3, **given)


def test_the_table_is_all_of_them():
    assert list(IN) == [one.says for one in MUTANTS]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.pool.__name__)
def test_a_mistake_is_found_and_named(mutant):
    convolution = 3 if mutant.about else 0
    report = check(engine(mutant.pool, convolution=convolution), only=[IN[mutant.says]])
    assert [one.says for one in report.broken[0].mistakes] == [mutant.says]


@pytest.mark.parametrize(
    ("pool", "rule", "convolution"),
    [
        (Pool, "gated_delta", 0),
        (Pool, "linear_attention", 4),
        (of_pages, "forgetting_attention", 0),
    ],
)
def test_a_right_engine_conforms(pool, rule, convolution):
    report = check(engine(pool, rule, convolution), rule, number=9)
    assert report.verdict == CONFORMS
    assert [one.status for one in report.findings] == [HOLDS] * 9
