"""Kernels that compute their gates themselves, written from the equations in NumPy, without refmem.

Rows are (B, T, H, D). Every kernel runs on real and on complex numbers, whose imaginary parts are
derivatives: f(x + ih) has h f'(x) there, to the last digit. A kernel's `mistakes` change one line.
"""

import numpy as np


def softplus(x):
    """Without overflow, of complex numbers too."""
    small = np.exp(np.where(x.real > 0, -x, x))
    return np.where(x.real > 0, x, 0) + np.log1p(small)


def sigmoid(x):
    small = np.exp(np.where(x.real > 0, -x, x))
    return np.where(x.real > 0, 1, small) / (1 + small)


def clamped(x, least, most):
    x = np.where(x.real < least, least, x)
    return np.where(x.real > most, most, x)


def unit(x, eps):
    return x / np.sqrt((x * x).sum(-1, keepdims=True) + eps)


def scan(q, k, v, factor, beta, S, before=False, bonus=0):
    """S = factor S, then its error towards v (beta None: v itself) is bound; read with q."""
    heads = v.shape[2]
    q, k = (np.repeat(x, heads // x.shape[2], 2) for x in (q, k))
    factor = factor if factor.ndim == 4 else factor[..., None]
    out = []
    for t in range(q.shape[1]):
        decayed = factor[:, t, ..., None] * S
        write = v[:, t]
        if beta is not None:
            write = beta[:, t, :, None] * (write - (k[:, t, ..., None] * decayed).sum(2))
        added = k[:, t, ..., None] * write[:, :, None]
        read = S + bonus * added if before else decayed + added
        S = decayed + added
        out.append((q[:, t, ..., None] * read).sum(2))
    return np.stack(out, 1), S


def gated_delta(
    q, k, v, g, beta, A_log=0, dt_bias=0, initial_state=None, scale=1, *, mistake="", **kind
):
    """FLA's names; gates a head, or a channel as in KDA; q and k normalised with an eps."""
    eps = kind.get("eps")
    if eps is not None:
        q = unit(q, 1000 * eps if mistake == "eps of q" else eps)
        k = k if mistake == "k as it is" else unit(k, eps)
    log = log_gate(g, A_log, dt_bias, kind.get("gate"), mistake)
    most = 2 if mistake == "twice" else kind.get("most", 1)
    strength = beta if mistake == "raw strength" else most * sigmoid(beta)
    S = nothing(k, v) if initial_state is None else initial_state
    out, S = scan(q, k, v, np.exp(log), strength, S)
    return scale * out, S


def log_gate(g, A_log, dt_bias, gate, mistake):
    """-exp(A_log) softplus(g + dt_bias), or -5 sigmoid(exp(A_log) (g + dt_bias))."""
    x = g if mistake == "no bias" else g + dt_bias
    rate = np.exp(0 * A_log if mistake == "no rate" else A_log)
    rate = rate[:, None] if g.ndim == 4 and np.ndim(rate) else rate
    if gate == "bounded":
        return -5 * sigmoid(rate * g + dt_bias if mistake == "rate outside" else rate * x)
    if mistake == "wrong side of 20":
        return -rate * np.where(x.real > 20, np.log1p(np.exp(x)), x)
    return -rate * softplus(x)


def nothing(k, v):
    return np.zeros((len(v), v.shape[2], k.shape[3], v.shape[3]))


def gla(q, k, v, g, initial_state=None, scale=1, *, mistake=""):
    """A gate for each key channel, sigmoid(g)^(1/16)."""
    log = -softplus(-g)
    factor = np.exp(log if mistake == "no divisor" else log / 16)
    S = nothing(k, v) if initial_state is None else initial_state
    out, S = scan(q, k, v, factor, None, S)
    return scale * out, S


def rwkv6(q, k, v, w, u, state=None, scale=1, *, mistake=""):
    """A gate for each key channel, exp(-exp(w)); read before the write."""
    factor = np.exp(w) if mistake == "one exp" else np.exp(-np.exp(w))
    S = nothing(k, v) if state is None else state
    out, S = scan(q, k, v, factor, None, S, before=True, bonus=u[None, :, :, None])
    return scale * out, S


def mamba2(
    x, dt, A, B, C, D=0, dt_bias=0, state=None, *, limits=(0, np.inf), by_log=False, mistake=""
):
    """dt = softplus(dt + dt_bias) within limits; A is negative, or by_log the log of its size."""
    dt = dt if mistake == "no bias" else dt + dt_bias
    dt = dt if mistake == "no softplus" else softplus(dt)
    dt = dt if mistake == "no limits" else clamped(dt, *limits)
    A = -np.exp(A) if by_log and mistake != "A as it is" else A
    S = nothing(B, x) if state is None else state
    out, S = scan(C, B, dt[..., None] * x, np.exp(dt * A), None, S)
    return out + np.reshape(D, (-1, 1)) * x, S


def forgetting(q, k, v, log_alpha, scale=1, *, mistake=""):
    """Softmax attention whose scores get the sum of log sigmoid(f) of the tokens between."""
    past = np.cumsum(log_alpha if mistake == "no sigmoid" else -softplus(-log_alpha), 1)
    past = np.moveaxis(past, 1, 2)
    scores = scale * np.einsum("bthk,bshk->bhts", q, k) + past[..., None] - past[..., None, :]
    weights = np.exp(scores) * np.tri(q.shape[1])
    return np.einsum("bhts,bshv->bthv", weights / weights.sum(-1, keepdims=True), v), None


class Kernel:
    """A function of arrays of one dtype, computed in float64; with its derivatives."""

    def __init__(self, function, **options):
        self.function, self.options = function, options

    def __call__(self, **inputs):
        dtype = inputs["v" if "v" in inputs else "x"].dtype
        out, state = self.exact(**inputs)
        return out.astype(dtype), None if state is None else state.astype(dtype)

    def exact(self, **inputs):
        """In float64, or in complex numbers if one is complex."""
        wide = {n: x * np.ones(1)[0] for n, x in inputs.items()}
        return self.function(**wide, **self.options)

    def vjp(self, dout, dstate=0, **inputs):
        """Derivatives of <dout, out> + <dstate, state> by every array."""
        arrays = {n: x for n, x in inputs.items() if isinstance(x, np.ndarray)}
        return {
            n: self.derivative(n, dout, dstate, inputs).astype(x.dtype) for n, x in arrays.items()
        }

    def derivative(self, name, dout, dstate, inputs, h=2.0**-80):
        """By the entries of one array, each moved by ih in turn."""
        found = np.zeros(inputs[name].shape)
        for index in np.ndindex(found.shape):
            moved = inputs[name].astype(complex)
            moved[index] += 1j * h
            out, state = self.exact(**inputs | {name: moved})
            along = (dout * out).sum() + (0 if state is None else (dstate * state).sum())
            found[index] = along.imag / h
        return found


def averaged(q, k, v, *, eps=0, mistake=""):
    """Attention by the Taylor polynomial of exp, and an epsilon beside its denominator."""
    scores = np.einsum("bthk,bshk->bhts", q, k)
    weights = (1 + scores + scores**2 / 2) * np.tri(q.shape[1])
    total = weights.sum(-1, keepdims=True) + (0 if mistake == "no eps" else eps)
    return np.einsum("bhts,bshv->bthv", weights / total, v), None
