"""Files that are written whole or not at all, and files of others that are read with care."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

BLOCK = 2**20
"""Bytes that are read at a time."""


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A draft beside `path`, which replaces it when the block ends, and is gone if it raises.

    Whoever opens `path`, at any time, finds what was there before or all that was written. The
    draft's name ends like the path's, for those who take the format from it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "x.txt")) as draft:
    ...         _ = draft.write_text("all of it")
    ...     print([(file.name, file.read_text()) for file in Path(folder).iterdir()])
    [('x.txt', 'all of it')]
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(prefix=".", suffix=f"-{target.name}", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        umask = os.umask(0)
        os.umask(umask)
        draft.chmod(0o666 & ~umask)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


class NoRegularFileError(OSError):
    """A FIFO, a device, a socket or a folder stands where a file was expected."""


def read_at_most(path: str | Path, most: int) -> bytes:
    """The bytes of a regular file, or the first `most` + 1 if there are more.

    Whoever reads a file that somebody else made should know how large it may be: a link may lead to
    a device without an end, and nobody may ever write into a FIFO.

    >>> read_at_most("/dev/zero", 10)
    Traceback (most recent call last):
    refmem.support.files.NoRegularFileError: /dev/zero is a device, expected a regular file
    """
    _expect_regular(path, os.stat(path))  # to open a device may already do something
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _expect_regular(path, os.fstat(handle))
        data = bytearray()
        while more := os.read(handle, min(BLOCK, most + 1 - len(data))):
            data += more
        return bytes(data)
    finally:
        os.close(handle)


def _expect_regular(path: str | Path, found: os.stat_result) -> None:
    mode = found.st_mode
    if stat.S_ISREG(mode):
        return
    kinds = {stat.S_IFIFO: "a FIFO", stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    raise NoRegularFileError(f"{path} is {kind}, expected a regular file")
