"""Small Dask clusters on this machine, and how their workers are killed."""

import contextlib
import os
import signal
import time

import dask
import distributed

NEVER = {"distributed.deploy.lost-worker-timeout": "1 day"}
"""After 15 seconds a cluster looks whether a worker that died came back, and closes it if not. One
that came back and was killed again just then would be closed in the middle of a later test."""


@contextlib.contextmanager
def local_cluster(workers, processes=False):
    """Workers of one thread each: processes, which come back when killed, or within this one."""
    with (
        dask.config.set(NEVER),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=processes,
            protocol="tcp://",
            dashboard_address="127.0.0.1:0",
        ) as cluster,
    ):
        yield cluster


def address(cluster):
    """As `executor_at` and the command line take it."""
    return cluster.scheduler_address.replace("tcp", "dask")


class Killing:
    """Kills a worker of a cluster when the first result is there, and notes all of them."""

    def __init__(self, cluster):
        with distributed.Client(cluster, set_as_default=False) as client:
            self.pid = min(client.run(os.getpid).values())
        self.seen = []

    def __call__(self, done, total):
        if not self.seen:
            os.kill(self.pid, signal.SIGKILL)
            assert total - done > 20, "the worker was to be killed in mid-run"
        self.seen.append((done, total))

    def expect_all_done_and_one_dead(self):
        """Every result was reported once, in spite of the death."""
        total = len(self.seen)
        assert self.seen == [(done, total) for done in range(1, total + 1)]
        until = time.monotonic() + 10
        while time.monotonic() < until and _exists(self.pid):
            time.sleep(0.05)
        assert not _exists(self.pid)


def _exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
