"""What is printed of an argument can be read."""

from derivations.proving.run import run
from derivations.proving.show import WIDTH, argument


def test_a_formula_wider_than_a_page_is_counted_and_not_printed():
    printed = argument(run("forms/delta_parallel"))
    steps, _, _ = printed.partition("Refuted:")
    assert max(map(len, steps.splitlines())) <= WIDTH + len("       ")
    assert "residues, all of them 0." in steps


def test_a_formula_that_fits_is_printed():
    printed = argument(run("forms/wy"))
    assert "β" in printed
    assert "⋅W" in printed
