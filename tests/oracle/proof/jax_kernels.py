"""Kernels in JAX: a gated delta rule as a scan, softmax, a product with a backward of its own."""

import jax
import jax.numpy as jnp


def gated_delta(q, k, v, g, beta, initial_state=None, scale=None):
    """(batch, T, heads, channels), the gate a natural logarithm."""
    batch, _, heads, K = k.shape
    scale = K**-0.5 if scale is None else scale
    S = jnp.zeros((batch, heads, K, v.shape[-1])) if initial_state is None else initial_state

    def step(S, x):
        q, k, v, g, beta = x
        S = S * jnp.exp(g)[..., None, None]
        error = beta[..., None] * (v - jnp.einsum("bhk,bhkv->bhv", k, S))
        S = S + k[..., :, None] * error[..., None, :]
        return S, jnp.einsum("bhk,bhkv->bhv", q, S) * scale

    rows = (jnp.moveaxis(x, 1, 0) for x in (q, k, v, g, jnp.broadcast_to(beta, g.shape)))
    S, out = jax.lax.scan(step, S, tuple(rows))
    return jnp.moveaxis(out, 0, 1), S


def softmax(q, k, v, scale=None):
    T = q.shape[-2]
    x = jnp.einsum("bhtk,bhik->bhti", q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    return jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((T, T), bool)), x, -jnp.inf), -1) @ v


@jax.custom_vjp
def product(x, y):
    return x @ y


product.defvjp(
    lambda x, y: (x @ y, (x, y)),
    lambda kept, g: (g @ kept[1].swapaxes(-1, -2), 2 * kept[0].swapaxes(-1, -2) @ g),
)


def wrong_backward(q, k, v, scale=None):
    """Right, but for a backward pass that doubles the gradient by v."""
    T = q.shape[-2]
    x = jnp.einsum("bhtk,bhik->bhti", q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    x = jnp.where(jnp.tril(jnp.ones((T, T), bool)), x, -jnp.inf)
    return product(jax.nn.softmax(x, -1), v)
