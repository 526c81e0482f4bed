"""Draw the figures of the documentation, with a progress bar.

A figure is a function of the module that it belongs to, listed in its FIGURES: name -> function.
It takes `watch`, which it calls with (done, total), and returns a matplotlib figure.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from refmem.commands.terminal import watched
from refmem.studies.drawing import save
from refmem.support.extras import MissingExtraError
from refmem.support.wording import nearest_name

FOLDER = Path(__file__).parent.parent / "docs" / "figures"
MODULES = (
    "refmem.studies.capacity.figures",
    "refmem.studies.expressivity.figures",
    "refmem.studies.longcontext.figures",
    "tools.transformer.figures",
)


def figures() -> dict[str, Callable[[Callable[[int, int], Any]], Any]]:
    """Every figure there is, by name."""
    found: dict[str, Any] = {}
    for module in MODULES:
        for name, draw in importlib.import_module(module).FIGURES.items():
            if name in found:
                raise ValueError(f"figures: {name} is drawn twice, expected a name of its own")
            found[name] = draw
    return found


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--format", "kind", type=click.Choice(["svg", "png"]), default="svg", show_default=True
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=FOLDER)
def main(names: tuple[str, ...], kind: str, out: Path) -> None:
    """Draw all figures of the documentation, or those of NAMES.

    Of all, those that need a package which is not installed are left out, and named.
    """
    known = figures()
    for name in names:
        if name not in known:
            raise click.UsageError(
                f"no figure {name!r}, expected one of {', '.join(known)}{nearest_name(name, known)}"
            )
    out.mkdir(parents=True, exist_ok=True)
    for name in names or known:
        with watched(name, "points") as watch:
            try:
                save(known[name](watch), out / f"{name}.{kind}")
            except MissingExtraError as error:
                if names:
                    raise click.ClickException(str(error)) from error
                click.echo(f"{name} is left out: {error}", err=True)
                continue
        click.echo(out / f"{name}.{kind}")


if __name__ == "__main__":
    main()
