"""Every figure is drawn from its study, and says what its axes are in which units."""

import pytest

from refmem.studies.capacity import figures, studies

pytest.importorskip("matplotlib", reason="extra plot is not installed")


@pytest.fixture
def small(monkeypatch):
    """Studies with few points; what is drawn is the same."""
    snr = studies.snr_points(4, ("linear", "exp"), (4, 8), None, 3)
    memories = studies.memory_points(dim=4, writes=8, trials=2, rules=["delta", "deltaformer"])
    networks = [
        {"network": name, "given": given, "patterns": 3, "trials": 3}
        for name, given in (
            ("classical", {"neurons": 8}),
            ("dense", {"neurons": 8, "power": 3}),
            ("modern", {"neurons": 8, "inverse_temperature": 0.5}),
        )
    ]
    monkeypatch.setattr(studies, "snr_points", lambda: snr)
    monkeypatch.setattr(studies, "memory_points", lambda: memories)
    monkeypatch.setattr(studies, "hopfield_points", lambda: networks)


@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.usefixtures("small")
def test_a_figure_has_labelled_axes_and_says_how_far_it_is(name):
    calls = []
    made = figures.FIGURES[name](lambda done, total: calls.append((done, total)))
    assert calls[-1][0] == calls[-1][1]
    for axes in made.axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        assert axes.get_title()
    assert any(axes.get_legend() for axes in made.axes)


@pytest.mark.usefixtures("small")
def test_the_overview_has_a_panel_for_each_table():
    """The plot of the command: two panels, and two more for whole memories."""
    points, by_age = studies.snr_points(), studies.memory_points()
    found = [studies.snr_at(point, 0) for point in points]
    aged = [studies.memory_at(point, 0) for point in by_age]
    assert len(figures.overview(points, found, by_age, aged, 100).axes) == 4
    assert len(figures.overview(points, found, [], [], 100).axes) == 2
