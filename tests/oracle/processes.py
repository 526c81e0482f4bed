"""What comes of functions in processes of their own, and whether processes are there."""

import time

from refmem.oracle import check


def reason(target, case="delta/ordinary/0"):
    """Why a case failed; "" if it did not."""
    (outcome,) = check(target, case=case).outcomes
    return outcome.reason


def expect_dead(pid):
    """Soon there is no such process."""
    until = time.monotonic() + 20
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _is_alive(pid)


def _is_alive(pid):
    """Whether there is such a process, which has not ended and waits to be collected."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
