"""Delta rules in torch and JAX, and one with a mistake: other people's kernels."""


def torch_delta(q, k, v, beta, state=None, scale=1.0):
    """In torch, token by token."""
    import torch

    lead = torch.broadcast_shapes(q.shape[:-2], v.shape[:-2])
    shape = (*lead, q.shape[-1], v.shape[-1])
    S = q.new_zeros(shape).float() if state is None else state.float().expand(shape)
    out = []
    for t in range(q.shape[-2]):
        row, value = k[..., t, :].float(), v[..., t, :].float()
        error = value - (row[..., None, :] @ S)[..., 0, :]
        S = S + row[..., None] * (beta[..., t, None].float() * error)[..., None, :]
        out.append((q[..., t, None, :].float() @ S)[..., 0, :] * float(scale))
    result = torch.stack(out, -2) if out else q.new_zeros((*lead, 0, v.shape[-1]))
    return result.to(q.dtype), S.to(q.dtype).clone()


def jax_delta(q, k, v, beta, state=None, scale=1.0):
    """In JAX, as a scan."""
    import jax
    import jax.numpy as jnp

    lead = jnp.broadcast_shapes(q.shape[:-2], v.shape[:-2])
    S = jnp.zeros((*lead, q.shape[-1], v.shape[-1]), jnp.float32)
    S = S if state is None else S + state

    def step(S, token):
        q, k, v, beta = (x.astype(jnp.float32) for x in token)
        error = v - jnp.einsum("...k,...kv->...v", k, S)
        S = S + k[..., :, None] * (beta[..., None] * error)[..., None, :]
        return S, jnp.einsum("...k,...kv->...v", q, S) * scale

    tokens = (*(jnp.moveaxis(x, -2, 0) for x in (q, k, v)), jnp.moveaxis(beta, -1, 0))
    S, out = jax.lax.scan(step, S, tokens)
    return jnp.moveaxis(out, 0, -2).astype(q.dtype), S.astype(q.dtype)


def jax_wrong(beta, **others):
    """Squares beta."""
    return jax_delta(beta=beta * beta, **others)
