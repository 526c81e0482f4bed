"""Claim: beyond its width a ridge memory of Gaussian keys has 1/SNR = (N - d)/(d + 2).

The ridge tending to 0, K S = P V with P the projection on a space of d of N dimensions
(snr/ridge). The read of pair i is g = P_ii of its own value and P_ij of the others:

    E P_ii = d/N      E P_ii^2 = d (d + 2)/(N (N + 2))      sum over j of P_ij^2 = P_ii
    1/SNR = (E P_ii - E P_ii^2)/E P_ii^2 = (N - d)/(d + 2)

At equal load linear attention has (N - 1)/d: twice the width, N = 2d, leaves it twice as noisy.

Used by:  refmem.studies.capacity.memories.ridge
Source:   worked out here
Method:   the space is uniform, as rotating Gaussian keys changes nothing; P_ii is then the squared
          length of d coordinates of a random direction in N dimensions.
"""

import sympy as sp

from refmem.studies.capacity.memories import ridge

from ..proving.statement import Equation
from .sphere import d as cosine_width
from .sphere import moment as cosine_moment
from .sphere import p

N, d = sp.symbols("N d", positive=True)
size, width = sp.symbols("N d_v", integer=True, positive=True)
first, second = d / N, d * (d + 2) / (N * (N + 2))
inverse_snr = (N - d) / (d + 2)


def a_projection_shares_out_its_own_diagonal():
    """P P' = P, so sum over j of P_ij^2 = P_ii; an e_i of N coordinates picks it."""
    e, K = sp.MatrixSymbol("e", 1, size), sp.MatrixSymbol("K", size, width)
    projection = K * (K.T * K).I * K.T
    G = sp.MatrixSymbol("G", width, width)  # K'K, which its own inverse cancels
    yield Equation(e * K * G.I * G * G.I * K.T * e.T, e * K * G.I * K.T * e.T)
    yield Equation(e * projection.T * e.T, e * projection * e.T)


def the_squared_length_of_some_coordinates_has_these_moments():
    """E u^2 = 1/N, d times; E u^4 = 3/(N (N + 2)), d times, and a third of it, d (d - 1) times."""
    square = cosine_moment.subs({p: 1, cosine_width: N})
    fourth = cosine_moment.subs({p: 2, cosine_width: N})
    yield Equation(d * square, first)
    yield Equation(d * fourth + d * (d - 1) * fourth / 3, second)


def noise_over_signal_is_the_closed_form():
    """Values are independent: noise E (P_ii - P_ii^2), signal E P_ii^2."""
    yield Equation((first - second) / second, inverse_snr)


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.memories.ridge; at N = d it meets the exact recall of snr/ridge."""
    for pairs, dims in ((5, 3), (64, 32), (7, 7)):
        yield Equation(ridge(sp.Integer(pairs), dims), inverse_snr.subs({N: pairs, d: dims}))


def false_twin_that_squares_the_mean():
    """E P^2 is not (E P)^2: that would give (N - d)/d."""
    yield Equation((first - first**2) / first**2, inverse_snr)


CLAIMS = (
    a_projection_shares_out_its_own_diagonal,
    the_squared_length_of_some_coordinates_has_these_moments,
    noise_over_signal_is_the_closed_form,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_that_squares_the_mean,)
