"""One thread inside, and what was before outside, whoever else is inside."""

import sys
import threading
from types import SimpleNamespace

import pytest

from refmem.support import threads
from refmem.support.threads import one_thread


class Counted:
    """A library with a number of threads."""

    def __init__(self, count):
        self.count = count

    def get_num_threads(self):
        return self.count

    def set_num_threads(self, count):
        self.count = count


@pytest.fixture
def torch(monkeypatch):
    library = Counted(7)
    module = SimpleNamespace(
        get_num_threads=library.get_num_threads, set_num_threads=library.set_num_threads
    )
    monkeypatch.setitem(sys.modules, "torch", module)
    return library


def test_inside_there_is_one_and_outside_as_many_as_before(torch):
    counts = [get for get, _ in threads._of_openblas().values()]
    before = [get() for get in counts]
    with one_thread():
        assert torch.count == 1
        assert [get() for get in counts] == [1] * len(counts)
        with one_thread():
            assert torch.count == 1
        assert torch.count == 1
    assert torch.count == 7
    assert [get() for get in counts] == before


def test_an_error_inside_leaves_nothing_behind(torch):
    with pytest.raises(RuntimeError), one_thread():
        raise RuntimeError
    assert torch.count == 7


def test_the_last_to_leave_puts_it_back(torch):
    """Whoever enters second must not take the first one's single thread for what was before."""
    entered, leave = threading.Event(), threading.Event()

    def stay():
        with one_thread():
            entered.set()
            leave.wait()

    other = threading.Thread(target=stay)
    with one_thread():
        other.start()
        entered.wait()
    assert torch.count == 1
    leave.set()
    other.join()
    assert torch.count == 7


def test_what_is_imported_inside_gets_one_thread_at_the_next_entry(torch, monkeypatch):
    monkeypatch.delitem(sys.modules, "torch")
    with one_thread():
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(
            get_num_threads=torch.get_num_threads, set_num_threads=torch.set_num_threads
        ))  # fmt: skip
        assert torch.count == 7
        with one_thread():
            assert torch.count == 1
    assert torch.count == 7


def test_numpy_s_openblas_is_known():
    """Of the wheels that the tests run on; elsewhere products keep their threads."""
    assert any("openblas" in name for name in threads._of_openblas())
