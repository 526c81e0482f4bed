"""A file is written whole or not at all, and one of somebody else is read with care."""

import contextlib
import os
import socket

import pytest

from refmem.support import files
from refmem.support.files import NoRegularFileError, read_at_most, whole_file


def test_a_block_that_raises_leaves_what_was_there(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("before")

    def fail_half_way():
        with whole_file(path) as draft:
            draft.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("x.txt", "before")]


def test_a_draft_ends_like_the_file(tmp_path):
    with whole_file(tmp_path / "x.svg") as draft:
        assert draft.suffix == ".svg"
        assert draft.parent == tmp_path


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 50])
def test_no_more_is_read_than_one_byte_too_many(tmp_path, size):
    path = tmp_path / "x"
    path.write_bytes(b"x" * size)
    assert read_at_most(path, 10) == b"x" * min(size, 11)


def test_a_large_file_is_read_block_by_block(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BLOCK", 3)
    (tmp_path / "x").write_bytes(bytes(range(100)))
    assert read_at_most(tmp_path / "x", 10**30) == bytes(range(100))


def make_socket(path):
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkfifo, "a FIFO"),
        (os.mkdir, "a folder"),
        (make_socket, "a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "a device"),
    ],
)
def test_what_is_no_regular_file_is_not_read(tmp_path, make, kind):
    make(tmp_path / "x")
    with pytest.raises(NoRegularFileError, match=f"x is {kind}, expected a regular file"):
        read_at_most(tmp_path / "x", 10)


def test_what_became_a_fifo_in_between_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.touch()
    before = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda _: before)
    with pytest.raises(NoRegularFileError, match="x is a FIFO"):
        read_at_most(path, 10)


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "y").symlink_to("x")
    assert read_at_most(tmp_path / "y", 10) == b"x"
