"""Claim: a standard Gaussian key scores s z against a fixed key of norm s, z standard normal.

So an average over a key of any width is an average over one variable, E kappa(k, k_i) = E f(s z)
for every kernel kappa(x, y) = f(x . y).

Used by:  every snr_ derivation with Gaussian keys; refmem.studies.capacity.gaussian
Source:   the rotation invariance of the Gaussian, classical
Method:   induction on the width d. One coordinate is already of that form; a rotation of the plane
          makes two independent terms one, and the norm grows by Pythagoras.
"""

import numpy as np
import sympy as sp

from refmem.functions.kernels import linear
from refmem.studies.capacity.gaussian import nodes

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import z

past = sp.Symbol("past", positive=True)  # norm of the first d - 1 coordinates of the key read with
last = sp.Symbol("last", real=True)  # its last coordinate
norm = sp.sqrt(past**2 + last**2)
u, x = sp.symbols("u x", real=True)  # independent standard normals: the score so far is past * u
turn = sp.Matrix([[past, last], [-last, past]]) / norm
turned = turn * sp.Matrix([u, x])


def one_more_coordinate_is_the_norm_times_a_turned_variable():
    """If the first coordinates score past u, all of them score past u + last x = norm turned[0]."""
    yield Equation(past * u + last * x, norm * turned[0])


def the_turned_variables_are_standard_normal_again():
    """The joint density exp(-(u^2 + x^2)/2)/(2 pi) sees the length only, and a turn keeps it."""
    yield Equation(turned.dot(turned), u**2 + x**2)
    yield Equation(turn.T * turn, sp.eye(2))
    yield Equation(sp.Determinant(turn), 1)


def mean_and_variance_agree():
    """E s z = 0 and E (s z)^2 = s^2, the sum of the squared coordinates."""
    yield Equation(gaussian(norm * z, z), 0)
    yield Equation(gaussian((norm * z) ** 2, z), past**2 + last**2)


def the_shipped_scores_are_of_one_variable():
    """refmem.studies.capacity.gaussian.nodes: E 1 and E (s z)^2/s^2 are 1."""
    scores, log_shares = nodes(linear, 3, 1 / 16)
    yield same_digits(np.exp(log_shares).sum(), sp.Integer(1))
    yield same_digits((np.exp(log_shares) * scores**2).sum() / 9, sp.Integer(1))


def false_twin_with_norms_that_add():
    """(past + last) z has the variance of two equal keys, not of two independent coordinates."""
    yield Equation(gaussian(((past + last) * z) ** 2, z), past**2 + last**2)


CLAIMS = (
    one_more_coordinate_is_the_norm_times_a_turned_variable,
    the_turned_variables_are_standard_normal_again,
    mean_and_variance_agree,
    the_shipped_scores_are_of_one_variable,
)
FALSE = (false_twin_with_norms_that_add,)
