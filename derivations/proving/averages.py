"""Averages over random keys, written as integrals that are evaluated when a claim is judged."""

from collections.abc import Callable

import sympy as sp

from refmem.studies.capacity.moments import Scaled

from .symbols import s, z


def gaussian(f: sp.Expr, variable: sp.Symbol, lower: sp.Expr = -sp.oo) -> sp.Integral:
    """E f(z), z standard normal; with `lower`, only z > lower counts."""
    density = sp.exp(-(variable**2) / 2) / sp.sqrt(2 * sp.pi)
    return sp.Integral(f * density, (variable, lower, sp.oo))


def chi_square(f: sp.Expr, variable: sp.Symbol, d: sp.Expr) -> sp.Integral:
    """E f(t), t the squared norm of d standard normal variables."""
    density = variable ** (d / 2 - 1) * sp.exp(-variable / 2) / (2 ** (d / 2) * sp.gamma(d / 2))
    return sp.Integral(f * density, (variable, 0, sp.oo))


def sphere(f: sp.Expr, variable: sp.Symbol, d: sp.Expr) -> sp.Integral:
    """E f(t), t the cosine of a random direction in d dimensions to a fixed one (snr/sphere)."""
    density = (1 - variable**2) ** ((d - 3) / 2) * sp.gamma(d / 2)
    density /= sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2)
    return sp.Integral(f * density, (variable, -1, 1))


def shipped(moments: tuple[Scaled, Scaled, Scaled]) -> sp.Expr:
    """1/SNR of a pair as a closed form of `capacity` has it: its noise over its signal."""
    square, _, signal = moments
    return expression(square) / expression(signal)


def expression(number: Scaled) -> sp.Expr:
    """factor * base^power * e^exponent."""
    power = sp.sympify(number.base) ** number.power
    return sp.sympify(number.factor) * power * sp.exp(number.exponent)


def noise_over_signal(kernel: Callable[[sp.Expr], sp.Expr], half_line: bool = False) -> sp.Expr:
    """E kernel(s z)^2 / kernel(s^2)^2: the formula proven in snr/decomposition.

    With `half_line`, for kernels that are zero on negative scores: give their positive branch.
    """
    noise = gaussian(kernel(s * z) ** 2, z, lower=0 if half_line else -sp.oo)
    return noise / kernel(s**2) ** 2
