"""Gated feed-forward memory: every value has two keys, and answers by the product of both.

    o[t] = (activation(x[t] @ w_gate') * (x[t] @ w_in')) @ w_out                     read
         = sum over m of activation(w_gate[m] . x[t]) (w_in[m] . x[t]) w_out[m]

    x        (..., T, K)   what is asked
    w_gate   (..., M, K)   keys whose answers are activated
    w_in     (..., M, K)   keys whose answers are not
    w_out    (..., M, V)   values

    activation   "silu" makes it SwiGLU; "gelu" GEGLU, "relu" ReGLU, "sigmoid" GLU, "identity" the
                 bilinear layer; or any other of refmem.functions.activations

    >>> x, keys = np.array([[2., 1.]]), np.array([[1., 0.], [-1., 0.]])
    >>> glu(x, keys, np.ones((2, 2)), np.array([[1.], [10.]]), activation="relu").out
    array([[6.]])

A product kernel: with both keys matched, what other pairs add is far smaller than in ffn. The state
is None.
Source:    Shazeer 2020, arXiv:2002.05202.
"""

from refmem.algebra import transposed
from refmem.functions.activations import silu
from refmem.grammar.kinds import query, weights
from refmem.memory import StaticRule


def read(x, w_gate, w_in, w_out, activation):
    return (activation.value(x @ transposed(w_gate)) * (x @ transposed(w_in))) @ w_out


glu = StaticRule(
    read,
    inputs={
        "x": query("T K"),
        "w_gate": weights("M K"),
        "w_in": weights("M K"),
        "w_out": weights("M V"),
    },
    options={"activation": silu},
)
