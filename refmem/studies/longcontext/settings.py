"""Convert memories and worlds to plain dicts for JSON, and back: for sweeps and journals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from refmem.studies.longcontext.memories import MEMORIES, Memory
from refmem.studies.longcontext.worlds import MOTIONS, Motion, World
from refmem.support.arguments import check_choice

SIZES = ("keys", "values", "noise")


def of_memory(memory: Memory) -> dict[str, Any]:
    """Its name and its gates.

    >>> from refmem.studies.longcontext import Delta
    >>> of_memory(Delta(0.5))
    {'name': 'delta', 'beta': 0.5}
    """
    return _of(memory)


def of_world(world: World) -> dict[str, Any]:
    """Its motion and its sizes.

    >>> from refmem.studies.longcontext import Piecewise
    >>> of_world(World(Piecewise(100)))["motion"]
    {'name': 'piecewise', 'period': 100, 'size': 1.0}
    """
    return {"motion": _of(world.motion), **{name: getattr(world, name) for name in SIZES}}


def memory_of(settings: dict[str, Any]) -> Memory:
    """The memory with these settings."""
    gates = {name: value for name, value in settings.items() if name != "name"}
    return kind_of("memory", MEMORIES, settings["name"])(**gates)


def world_of(settings: dict[str, Any]) -> World:
    """The world with these settings."""
    sizes = {name: settings[name] for name in SIZES}
    return World(motion_of(settings["motion"]), **sizes)


def motion_of(settings: dict[str, Any]) -> Motion:
    """The motion with these settings."""
    others = {name: value for name, value in settings.items() if name != "name"}
    return kind_of("motion", MOTIONS, settings["name"])(**others)


def _of(one: Any) -> dict[str, Any]:
    return {"name": one.name, **asdict(one)}


def kind_of(what: str, kinds: Mapping[str, type[Any]], name: str) -> type[Any]:
    """The kind of memory or of motion that has this name; ValueError if none has."""
    return kinds[check_choice(what, "name", name, kinds, "these exist")]
