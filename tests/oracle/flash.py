"""The gated delta rule as flash-linear-attention passes it, with one planted mistake each.

Written from the equation in NumPy, without refmem: q, k (B, T, H, K), v (B, T, HV, V),
g and beta (B, T, HV), initial_state (B, HV, K, V); scale None is K^-0.5. Returns (o, ht).
"""

import numpy as np


def bfloat16(x, bits=8):
    whole, power = np.frexp(x)
    return np.ldexp(np.rint(whole * 2**bits) / 2**bits, power)


def passed(inputs, mistake):
    """Inputs as they are loaded: one of them, or all, through a lower precision."""
    name, _, kind = mistake.partition(" in ")
    bits = {"bfloat16": 8, "TF32": 11}.get(kind)
    if bits is None or name not in (*inputs, "everything"):
        return inputs
    return {n: bfloat16(x, bits) if name in (n, "everything") else x for n, x in inputs.items()}


def gated_delta(q, k, v, g, beta, initial_state=None, scale=None, mistake=""):
    """`mistake` is the name of one of `MISTAKES`."""
    inputs = {"q": q, "k": k, "v": v, "g": g, "beta": beta, "h0": initial_state}
    inputs = {n: x.astype(np.float64) for n, x in inputs.items() if x is not None}
    q, k, v, g, beta, *h0 = passed(inputs, mistake).values()
    B, T, H, K = q.shape
    HV, V = v.shape[2:]
    beta = np.broadcast_to(beta, (B, T, HV)) if beta.shape[2] == 1 else beta
    heads = max(H, HV)
    scale = factor(scale, K, V, mistake)
    if mistake == "beta clipped":
        beta = np.minimum(beta, 1)
    if mistake in ("normalises", "normalises k"):
        k = k / np.sqrt((k**2).sum(-1, keepdims=True) + 1e-6)
    if mistake == "normalises":
        q = q / np.sqrt((q**2).sum(-1, keepdims=True) + 1e-6)
    o, S0 = np.zeros((B, T, heads, V)), np.zeros((B, heads, K, V))
    if h0 and mistake != "no h0":
        S0[...] = spread(*h0, heads, 1, mistake)
    if mistake == "h0 as V by K":
        S0 = S0.reshape(B, heads, V, K).swapaxes(2, 3)
    ht = S0.copy()
    for b, h in np.ndindex(B, heads):
        own = [spread(x, heads, 2, mistake)[b, :, h] for x in (q, k, v, g, beta)]
        if mistake == "gate of head 0":
            own[3] = g[b, :, 0]
        if mistake == "beta of head 0":
            own[4] = beta[b, :, 0]
        o[b, :, h], ht[b, h] = one_head(*own, S0[b, h], mistake)
    if mistake == "ht as V by K":
        ht = ht.swapaxes(2, 3).reshape(ht.shape)
    if mistake == "o in bfloat16":
        o, scale = bfloat16(o * scale), 1
    return (o * scale).astype(np.float32), ht.astype(np.float32)


def factor(scale, K, V, mistake):
    scale = K**-0.5 if scale is None else float(scale)
    return {
        "scale ignored": 1.0,
        "scale hidden": K**-0.5,
        "scale doubled": scale * K**-0.5,
        "scale of V": V**-0.5,
    }.get(mistake, scale)


def spread(x, heads, axis, mistake):
    """Shared heads repeat: head h uses h // group."""
    group = heads // x.shape[axis]
    at = np.arange(heads) % x.shape[axis] if mistake == "tiles" else np.arange(heads) // group
    return np.take(x, at, axis=axis)


def gate(g, mistake):
    if mistake == "exp2":
        return 2.0**g
    if mistake == "linear":
        return g
    if mistake == "no gate":
        return np.ones_like(g)
    if mistake == "gate twice":
        return np.exp(2 * g)
    if mistake == "strict exp":
        return np.where(g < 0, np.exp(g), 0)
    if mistake == "clamped":
        return np.where(np.isinf(g), 1, np.exp(g))
    return np.exp(g)


def one_head(q, k, v, g, beta, S, mistake):
    a, out, first = gate(g, mistake), np.zeros_like(v), S
    if mistake == "beta squared":
        beta = beta * beta
    if mistake == "no beta":
        beta = np.ones_like(beta)
    T = len(q) - (mistake == "last token") if len(q) else 0
    for t in range(T):
        if t % 64 == 0 and t and mistake == "no carry":
            S = 0 * S
        at = 1.0 if mistake == "no decay at chunks" and t % 64 == 0 else a[t]
        before, S = S, at * S
        error = v[t] - k[t] @ (before if mistake == "error too early" else S)
        if mistake == "no error":
            error = v[t]
        decayed, S = S, S + np.outer(k[t], beta[t] * error)
        if mistake == "decays last":
            S = at * (before + np.outer(k[t], beta[t] * (v[t] - k[t] @ before)))
        seen = {"reads early": before, "strict": decayed}.get(mistake, S)
        out[t] = (k[t] if mistake == "reads with k" else q[t]) @ seen
        if mistake == "state in bfloat16":
            S = bfloat16(S)
    return out, first if mistake == "ht is h0" else S


MISTAKES = {
    "no h0": "state ignored",
    "h0 as V by K": "initial state transposed",
    "ht as V by K": "final state transposed",
    "ht is h0": "final state is the first",
    "exp2": "gate base 2",
    "linear": "gate not exponentiated",
    "no gate": "gate ignored",
    "gate twice": "gate squared",
    "strict exp": "gate of one is zero",
    "clamped": "gate of zero is one",
    "gate of head 0": "gate of the first head",
    "error too early": "error before the decay",
    "no error": "error left out",
    "decays last": "decay after the write",
    "reads early": "read before the write",
    "strict": "own write unseen",
    "reads with k": "read with the key",
    "beta squared": "beta squared",
    "no beta": "beta missing",
    "beta clipped": "beta clipped",
    "beta of head 0": "beta of the first head",
    "scale ignored": "scale missing",
    "scale hidden": "scale always 1/sqrt(K)",
    "scale doubled": "scale also 1/sqrt(K)",
    "scale of V": "scale of values",
    "normalises": "queries and keys normalised",
    "normalises k": "keys normalised",
    "tiles": "heads in the other order",
    "no carry": "carry dropped",
    "no decay at chunks": "decay dropped at chunks",
    "last token": "last token dropped",
    "state in bfloat16": "state in bfloat16",
    "q in bfloat16": "q in bfloat16",
    "k in bfloat16": "k in bfloat16",
    "v in TF32": "v in float16 or TF32",
    "g in bfloat16": "logarithm of the gate in bfloat16",
    "beta in bfloat16": "beta in bfloat16",
    "h0 in bfloat16": "initial state in bfloat16",
    "o in bfloat16": "output in bfloat16",
    "everything in bfloat16": "inputs in bfloat16, the gate as a logarithm",
    "everything in TF32": "inputs in float16 or TF32, the gate as a logarithm",
}
"""Planted mistake -> the mutant that a diagnosis must name first."""


def no_gate(**inputs):
    """The kernel with one mistake, to be found by its path."""
    return gated_delta(**inputs, mistake="no gate")
