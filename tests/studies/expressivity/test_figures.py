"""The figures of docs/expressivity.md are drawn from what is run."""

import pytest

from refmem.studies.expressivity import figures, robustness

pytest.importorskip("matplotlib", reason="figures need the extra plot")


def drawn(name):
    told = []
    made = figures.FIGURES[name](lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1]
    return made.axes


def test_margins_of_parity():
    (axes,) = drawn("expressivity_parity_margin")
    lines = {
        line.get_label(): list(line.get_ydata()) for line in axes.get_legend_handles_labels()[0]
    }
    assert lines["gla, K = 4"][4] == figures.FLOOR < lines["gla, K = 4"][3]
    assert min(lines["delta, beta = 2"]) == pytest.approx(1)


def test_widths_of_keys():
    (axes,) = drawn("expressivity_key_width")
    lines = {
        line.get_label(): list(line.get_ydata()) for line in axes.get_legend_handles_labels()[0]
    }
    at_512 = {label: widths[figures.SIZES.index(512)] for label, widths in lines.items()}
    assert list(at_512.values()) == [512, 976, 57, 99]


def test_steps_by_precision(monkeypatch):
    monkeypatch.setattr(robustness, "STEPS", 3)
    monkeypatch.setattr(robustness, "SIZES", (4,))
    axes = drawn("expressivity_robustness")
    assert [panel.get_title() for panel in axes] == list(robustness.PRECISIONS)
    assert all(len(panel.get_legend_handles_labels()[0]) == 4 for panel in axes)
