"""Serving: memories that live on between calls, in slots that requests share and hand on."""

from refmem.around.serving.pages import Pages
from refmem.around.serving.pool import Pool
from refmem.around.serving.schedule import (
    Call,
    Clear,
    Copy,
    Read,
    Run,
    Verify,
    Write,
    play,
    tokens_of,
)
from refmem.around.serving.slots import PADDING, Alone, Memory, Slots

__all__ = [
    "PADDING",
    "Alone",
    "Call",
    "Clear",
    "Copy",
    "Memory",
    "Pages",
    "Pool",
    "Read",
    "Run",
    "Slots",
    "Verify",
    "Write",
    "play",
    "tokens_of",
]
