"""Sweeps: the same numbers wherever they run, resumed from a journal, and nothing lost."""

import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import ClassVar

import pytest

from refmem.support.sweep import JournalError, in_order, sweep

POINTS = [{"size": size} for size in (3, 1, 4, 1, 5)]


def draw(point, rng):
    return {"size": point["size"], "drawn": rng.standard_normal(point["size"]).tolist()}


def negative(x):
    return -x


def test_points_have_seeds_of_their_own():
    one, other = sweep(draw, POINTS)[1], sweep(draw, POINTS)[3]
    assert one["size"] == other["size"]
    assert one["drawn"] != other["drawn"]
    assert sweep(draw, POINTS, rng=1) != sweep(draw, POINTS)


@pytest.mark.parametrize("workers", [1, 8])
def test_numbers_do_not_depend_on_workers(workers):
    with ThreadPoolExecutor(workers) as executor:
        assert sweep(draw, POINTS, executor=executor) == sweep(draw, POINTS)


def test_another_process_gives_the_same_numbers(tmp_path):
    here = sweep(draw, POINTS)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert sweep(draw, POINTS, executor=executor, journal=tmp_path / "j") == here
    assert sweep(draw, POINTS, journal=tmp_path / "j") == here


def test_order_is_that_of_the_points():
    seen = []
    with ThreadPoolExecutor(2) as executor:
        found = in_order(negative, [1, 2, 3], executor, lambda *step: seen.append(step))
    assert found == [-1, -2, -3]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_sweep_that_failed_goes_on_where_it_was(tmp_path):
    journal, whole = tmp_path / "journal", sweep(Patchy.draw, POINTS)
    Patchy.broken = True
    with pytest.raises(RuntimeError, match="no four"):
        sweep(Patchy.draw, POINTS, journal=journal)
    assert len(journal.read_text().splitlines()) == 1 + 2
    with journal.open("a") as file:
        file.write('{"point": 2, "res')  # as one that was killed while it wrote
    Patchy.broken, Patchy.run = False, []
    assert sweep(Patchy.draw, POINTS, journal=journal) == whole
    assert Patchy.run == [4, 1, 5]
    assert sweep(Patchy.draw, POINTS, journal=journal) == whole
    assert Patchy.run == [4, 1, 5]


class Patchy:
    """A task that notes what it runs, and may fail."""

    broken = False
    run: ClassVar[list[int]] = []

    @staticmethod
    def draw(point, rng):
        if Patchy.broken and point["size"] == 4:
            raise RuntimeError("no four")
        Patchy.run.append(point["size"])
        return draw(point, rng)


def test_a_killed_process_leaves_a_journal_that_goes_on(tmp_path):
    """The first process kills itself at the third point, as SIGKILL does: nothing is tidied up."""
    journal = tmp_path / "journal"
    code = (
        "import os, signal, tests.support.test_sweep as t, refmem.support.sweep as s\n"
        "def watch(done, total):\n"
        "    if done == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"s.sweep(t.draw, t.POINTS, journal={str(journal)!r}, watch=watch)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(journal.read_text().splitlines()) == 1 + 3
    assert sweep(draw, POINTS, journal=journal) == sweep(draw, POINTS)


@pytest.mark.parametrize(
    "other",
    [{"rng": 1}, {"points": POINTS[:2]}, {"task": Patchy.draw}],
    ids=lambda x: next(iter(x)),
)
def test_the_journal_of_another_sweep_is_refused(tmp_path, other):
    journal = tmp_path / "journal"
    sweep(draw, POINTS, journal=journal)
    before = journal.read_bytes()
    call = {"task": draw, "points": POINTS, "rng": 0} | other
    with pytest.raises(JournalError, match="is the journal of another sweep"):
        sweep(**call, journal=journal)
    assert journal.read_bytes() == before


@pytest.mark.parametrize("text", ["", "\x00\n", "[1]\n[2]\n", "{}\n3\n"])
def test_what_is_no_journal_is_refused(tmp_path, text):
    journal = tmp_path / "journal"
    journal.write_text(text)
    with pytest.raises(JournalError, match="journal"):
        sweep(draw, POINTS, journal=journal)
    assert journal.read_text() == text
