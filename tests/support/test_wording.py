"""Foreign text in a message: one line, nothing that a terminal obeys, not too long."""

import pytest

from refmem.support.wording import LONGEST, one_line, what_was_raised


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        (" a \r\n\n b\t", "a b"),
        ("\x1b]0;title\x07red\x00", "]0;title red"),
        ("right \u202e left", "right left"),
        ("half \ud800 a character", "half a character"),
        ("naïve 数", "naïve 数"),
    ],
)
def test_what_cannot_be_seen_is_a_space(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize("size", [LONGEST, LONGEST + 1, 10**8])
def test_a_long_line_is_cut(size):
    line = one_line("x" * size)
    assert len(line) == LONGEST
    assert line.endswith(" ...") == (size > LONGEST)


class SpeechlessError(Exception):
    """Cannot say what it is."""

    def __str__(self):
        raise RuntimeError


class LeavingError(Exception):
    """Wants to end whoever asks it."""

    def __str__(self):
        raise SystemExit


@pytest.mark.parametrize("kind", [SpeechlessError, LeavingError])
def test_an_exception_that_cannot_say_why(kind):
    assert what_was_raised(kind()) == f"raised {kind.__name__}, which does not say why"


def test_an_exception_with_an_endless_message_and_name():
    said = what_was_raised(type("X" * 1000, (Exception,), {})("y" * 10**7))
    assert said.startswith("raised XXX")
    assert len(said) == LONGEST
