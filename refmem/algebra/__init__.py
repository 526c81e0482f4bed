"""The words rules and forms are written in. Each works on every number system of `numbers`.

Rows are tokens; a memory is a matrix (..., K, V); leading axes broadcast. There is no division and
no logarithm in anything that handles decay, so a factor of exactly zero is exact everywhere.

    products     recall, bind, dot        segments  products and sums over stretches of tokens
    elementwise  exp, sigmoid, relu       solving   triangular and other linear systems
    arrays       zeros, join, causal      softmax   exponentials in range, quotients of sums
    selection    largest, sign            numbers   what a number may be
"""

from refmem.algebra.arrays import (
    causal,
    causal_product,
    diagonal,
    interleave,
    join,
    ones,
    repeat_rows,
    with_ones,
    zeros,
)
from refmem.algebra.elementwise import (
    absolute,
    arccos,
    capped,
    cos,
    erf,
    exp,
    greater,
    log,
    logsigmoid,
    nearest,
    relu,
    sigmoid,
    sin,
    softplus,
    sqrt,
    tanh,
)
from refmem.algebra.mean_exp import mean_exp
from refmem.algebra.products import bind, dot, norm2, recall, scaled, transposed
from refmem.algebra.segments import (
    products_after,
    products_before,
    segment_products,
    segment_sums,
    sums_after,
)
from refmem.algebra.softmax import exp_where, over, over_last, shift_of, softmax
from refmem.algebra.solving import conjugate_gradients, pivot_of, solve, unit_lower_solve

__all__ = [
    "absolute",
    "arccos",
    "bind",
    "capped",
    "causal",
    "causal_product",
    "conjugate_gradients",
    "cos",
    "diagonal",
    "dot",
    "erf",
    "exp",
    "exp_where",
    "greater",
    "interleave",
    "join",
    "log",
    "logsigmoid",
    "mean_exp",
    "nearest",
    "norm2",
    "ones",
    "over",
    "over_last",
    "pivot_of",
    "products_after",
    "products_before",
    "recall",
    "relu",
    "repeat_rows",
    "scaled",
    "segment_products",
    "segment_sums",
    "shift_of",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "solve",
    "sqrt",
    "sums_after",
    "tanh",
    "transposed",
    "unit_lower_solve",
    "with_ones",
    "zeros",
]
