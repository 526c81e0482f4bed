"""Feed-forward memory: weights are keys and values; a key answers by its activation.

    o[t] = activation(x[t] @ w_in') @ w_out                              read
         = sum over m of activation(w_in[m] . x[t]) w_out[m]             one stored pair for each m

    x       (..., T, K)   what is asked
    w_in    (..., M, K)   keys
    w_out   (..., M, V)   values

    activation   "relu", or any other of `functions.activations`; "softmax" and "solu", which is
                 x softmax(x), look at all keys at once

    >>> x, w_in = np.array([[2., 1.]]), np.array([[1., 0.], [0., 1.], [-1., 0.]])
    >>> ffn(x, w_in, np.array([[1.], [10.], [100.]])).out
    array([[12.]])

No biases: give x and w_in one more column for those of the keys. The state is None.
Source:    Geva et al. 2020, arXiv:2012.14913; Zhong et al. 2025, arXiv:2505.19488.
"""

from refmem.algebra import transposed
from refmem.functions.activations import relu_activation
from refmem.grammar.kinds import query, weights
from refmem.memory import StaticRule


def read(x, w_in, w_out, activation):
    return activation.value(x @ transposed(w_in)) @ w_out


ffn = StaticRule(
    read,
    inputs={"x": query("T K"), "w_in": weights("M K"), "w_out": weights("M V")},
    options={"activation": relu_activation},
)
