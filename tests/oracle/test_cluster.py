"""On a real Dask cluster whose workers are killed: the same results, and nothing lost."""

import os

import distributed
import pytest

from refmem.oracle import check
from refmem.oracle.targets.find import find_target
from refmem.support.executors import executor_at
from refmem.support.sweep import sweep
from tests.oracle.kernels import gated_delta
from tests.oracle.misbehaving import crashes
from tests.support.clusters import Killing, address, local_cluster
from tests.support.test_sweep import draw

POINTS = [{"size": 1 + n % 7} for n in range(60)]


@pytest.fixture(scope="module")
def cluster():
    """Two processes."""
    with local_cluster(2, processes=True) as started:
        yield started


@pytest.mark.parametrize(
    "target",
    ["onnx-reference", "tests.oracle.kernels:gated_delta", gated_delta],
    ids=["named", "path", "function"],
)
def test_a_killed_worker_changes_nothing_in_a_report(cluster, target):
    killing = Killing(cluster)
    with executor_at(address(cluster)) as executor:
        there = check(target, rule="gated_delta", seeds=[0, 1], executor=executor, watch=killing)
    assert there == check(target, rule="gated_delta", seeds=[0, 1])
    killing.expect_all_done_and_one_dead()


def test_a_killed_worker_changes_nothing_in_a_sweep(cluster, tmp_path):
    killing, here = Killing(cluster), sweep(draw, POINTS, rng=3)
    journal = tmp_path / "journal"
    with executor_at(address(cluster)) as executor:
        there = sweep(draw, POINTS, rng=3, executor=executor, watch=killing, journal=journal)
    assert there == here == sweep(draw, POINTS, rng=3, journal=journal)
    killing.expect_all_done_and_one_dead()


def test_numbers_do_not_depend_on_how_many_workers_there_are():
    found = []
    for workers in (1, 8):
        with local_cluster(workers) as cluster, executor_at(address(cluster)) as executor:
            found.append(sweep(draw, POINTS, executor=executor))
    assert found[0] == found[1] == sweep(draw, POINTS)


def test_an_isolated_target_crashes_without_its_worker(cluster):
    target = find_target("tests.oracle.misbehaving:crashes", "delta", timeout=60.0)
    with distributed.Client(cluster, set_as_default=False) as client:
        before = client.run(os.getpid)
        there = check(target, rule="delta", seeds=[1], executor=client.get_executor(pure=False))
        assert client.run(os.getpid) == before
    assert there == check(target, rule="delta", seeds=[1])
    target.close()
    assert [(one.case, one.reason) for one in there.failures] == [
        ("delta/one-key/1", "raised ChildProcessError: the process was killed by SIGSEGV")
    ]


def test_a_case_that_kills_its_worker_fails_and_no_other(cluster, monkeypatch):
    """This scheduler forgives nothing, so that it blames every case that was on the worker."""
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with executor_at(address(cluster)) as executor:
        report = check(crashes, rule="delta", seeds=[1], executor=executor)
    assert [(one.case, one.reason) for one in report.failures] == [
        ("delta/one-key/1", "killed every worker that ran it")
    ]
    assert sum(one.status == "passed" for one in report.outcomes) > 15
