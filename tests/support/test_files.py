"""A file is written whole or not at all."""

import pytest

from refmem.support.files import whole_file


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
