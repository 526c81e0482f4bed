"""The command tools/real_model."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from refmem.commands.check import file_in_a_folder
from refmem.commands.studying import picture
from refmem.commands.terminal import CONFORMS, DEPARTS, UNAVAILABLE, console, watched
from refmem.studies.drawing import save
from refmem.support.extras import MissingExtraError
from tools.transformer.figures import draw
from tools.transformer.model import Model
from tools.transformer.package import FEWEST, Vocabulary, load_model
from tools.transformer.study import PASSAGES, WINDOW, Study, study
from tools.transformer.tables import show
from tools.transformer.verify import ALLOWED, against_record, against_transformers

PLACES = 512
"""Tokens that the model can read at once."""


def text_of_file(context: click.Context, option: click.Parameter, path: str) -> str:
    """What is read; that it can be is known before the run."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            f"--text has value {path!r}, expected a text in UTF-8: {error}"
        ) from error


@click.command()
@click.option(
    "--text",
    default=str(PASSAGES),
    show_default="four short passages",
    callback=text_of_file,
    help="A file to read.",
)
@click.option(
    "--tokens",
    type=click.IntRange(FEWEST + 2, PLACES),
    default=WINDOW,
    show_default=True,
    help="Read at once; a longer text is cut into windows of nearly equal length.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of the random memories.")
@click.option("--verify", is_flag=True, help="Also run the model of transformers, and compare.")
@click.option("--json", "json_file", callback=file_in_a_folder, help="Write the numbers as JSON.")
@click.option("--plot", "plot_file", callback=picture, help="Draw the heads, as .svg or .png.")
def main(
    text: str, tokens: int, seed: int, verify: bool, json_file: str | None, plot_file: str | None
) -> None:  # fmt: skip
    """Measure the memories of a real Transformer, all-MiniLM-L6-v2, while it reads."""
    try:
        model, vocabulary = load_model(), Vocabulary()
        windows = vocabulary.windows(text, tokens)
        departures = {"The published embedding is met to": against_record(model, vocabulary)}
        if verify:
            apart = against_transformers(model, windows)
            departures["Every token is that of transformers' model to"] = apart
        found = _study(model, windows, seed)
        show(found, console())
        if json_file is not None:
            found.write(json_file)
        if plot_file is not None:
            save(draw(found), plot_file)
    except MissingExtraError as error:
        click.echo(f"real_model: {error}", err=True)
        sys.exit(UNAVAILABLE)
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    click.echo()
    for claim, departure in departures.items():
        click.echo(f"{claim} {departure:.1e}.")
    sys.exit(CONFORMS if max(departures.values()) <= ALLOWED else DEPARTS)


def _study(model: Model, windows: list[list[int]], seed: int) -> Study:
    """The study, with a progress bar."""
    with watched("real_model", "heads") as watch:
        return study(model, windows, seed, watch)


if __name__ == "__main__":
    main(prog_name="real_model")
