"""Figures draw what they are given."""

import numpy as np
import pytest

from refmem.studies.longcontext.answer import what_context_buys
from refmem.studies.longcontext.convergence import converge
from refmem.studies.longcontext.studies import three_worlds, valleys

pytest.importorskip("matplotlib")

from refmem.studies.longcontext import figures


def test_the_answer_has_two_worlds_with_every_memory():
    found = what_context_buys(tokens=100, worlds=2)
    picture = figures.answer_figure(found)
    fixed, drifting = picture.axes
    assert [fixed.get_title(), drifting.get_title()] == ["a fixed world", "a world that drifts"]
    for panel, tracks in zip((fixed, drifting), found, strict=True):
        for one, drawn in zip(tracks, panel.containers, strict=True):
            measured = [estimate.value for estimate in one.measured]
            assert np.array_equal(drawn.lines[0].get_ydata(), measured)
        assert panel.get_xlabel() == "tokens seen, T"
    assert len(fixed.get_legend().get_texts()) == 6


def test_convergence_has_the_power_in_the_legend():
    study = converge([8, 32], contexts=3, names=["average"])[0]
    picture = figures.convergence_figure([study])
    (label,) = [text.get_text() for text in picture.axes[0].get_legend().get_texts()]
    assert label.startswith("average: $T^{")
    assert f"{study.power.value:.2f}" in label


def test_worlds_are_panels():
    picture = figures.worlds_figure(three_worlds(tokens=40, worlds=2))
    titles = [panel.get_title() for panel in picture.axes]
    assert titles == ["returning walk, keep 0.99", "jumps every 300 tokens", "turns in 600 tokens"]


def test_the_best_steps_lie_on_their_theory():
    found = valleys((0.01, 0.5), worlds=2)
    left, right = figures.steps_figure(found).axes
    assert len(left.containers) == 2
    marked = [line.get_ydata()[0] for line in right.lines if line.get_marker() in ("o", "s")]
    assert marked == [one.best for one in found]
    for one in found:
        nearest = int(np.argmin(np.abs(np.log(np.array(one.fine) / one.best))))
        assert abs(nearest - int(np.argmin(one.theory))) <= 1


def test_every_figure_is_drawn_by_its_name():
    assert all(name.startswith("longcontext_") for name in figures.FIGURES)
