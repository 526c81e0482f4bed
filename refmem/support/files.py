"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


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
