"""`tools/bench NAME [options]` runs `main` of the module of that name in this folder."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tools import benchmarks


def names() -> list[str]:
    """The benchmarks there are: the modules of this folder that have a `main`."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return [
        name
        for name in found
        if name != "__main__"
        and hasattr(importlib.import_module(f"tools.benchmarks.{name}"), "main")
    ]


def run(arguments: list[str]) -> None:
    """Run the named benchmark with what follows its name."""
    known = names()
    if not arguments or arguments[0] not in known:
        print(f"usage: tools/bench {'|'.join(known)} [options]", file=sys.stderr)
        raise SystemExit(2)
    importlib.import_module(f"tools.benchmarks.{arguments[0]}").main(arguments[1:])


if __name__ == "__main__":
    run(sys.argv[1:])
