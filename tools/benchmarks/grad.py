"""Gradients of the linear rules: time forward and back, and peak memory; PyTorch's beside it.

PyTorch runs the same recurrence token by token under autograd, where it is installed and the rule
has a loop here.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import refmem
from refmem.memory import StateRule
from tools.benchmarks.measure import inputs, peak_bytes


@click.command()
@click.option("--tokens", default=2048, show_default=True)
@click.option("--heads", default=8, show_default=True)
@click.option("--width", default=128, show_default=True, help="K and V")
@click.option("--form", "forms", multiple=True, default=("recurrent", "chunked"), show_default=True)
@click.option("--rule", "names", multiple=True, help="only these rules")
def main(tokens: int, heads: int, width: int, forms: tuple[str, ...], names: Any) -> None:
    """One run of each linear rule, float64: outputs, then gradients of their sum."""
    table = Table(title=f"float64, T = {tokens}, {heads} heads, K = V = {width}")
    for column in ("rule", "form", "forward s", "with gradients s", "peak MiB"):
        table.add_column(column, justify="left" if column in ("rule", "form") else "right")
    linear = [r for r in refmem.RULES if isinstance(r, StateRule) and (r.transition or r.relay)]
    chosen = [rule for rule in linear if not names or rule.name in names]
    for rule in track(chosen, console=Console(stderr=True)):
        x = inputs(rule, (heads,), T=tokens, K=width, V=width)
        for form in forms:
            table.add_row(rule.name, form, *rule_gradients(rule, x, form))
        if rule.name in LOOPS and importlib.util.find_spec("torch"):
            table.add_row(rule.name, "torch loop", *torch_gradients(LOOPS[rule.name], x))
    Console().print(table)


def rule_gradients(rule: StateRule, x: dict[str, np.ndarray], form: str) -> tuple[str, ...]:
    """Seconds forward, seconds with gradients, and peak MiB of these."""
    start = time.perf_counter()
    out = rule(**x, form=form).out
    forward = time.perf_counter()
    rule.vjp(**x, dout=np.ones(out.shape), form=form)
    end = time.perf_counter()
    peak = peak_bytes(lambda: rule.vjp(**x, dout=np.ones(out.shape), form=form))
    return _row(forward - start, end - forward, peak)


def torch_gradients(step: Callable[..., Any], arrays: dict[str, np.ndarray]) -> tuple[str, ...]:
    """The same of a loop over steps under autograd; memory is what autograd keeps."""
    torch = importlib.import_module("torch")
    x = {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items()}
    q, *lead = x.pop("q"), *arrays["q"].shape[:-2]
    kept: dict[int, int] = {}

    def note(saved: Any) -> Any:
        kept[saved.untyped_storage().data_ptr()] = saved.untyped_storage().nbytes()
        return saved

    def token(value: Any, t: int) -> Any:
        return value[..., t, :] if value.ndim == len(lead) + 2 else value[..., t]

    start = time.perf_counter()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda saved: saved):
        S = torch.zeros(*lead, q.shape[-1], x["v"].shape[-1], dtype=q.dtype)
        outs = []
        for t in range(q.shape[-2]):
            S = step(S, **{name: token(value, t) for name, value in x.items()})
            outs.append((q[..., t, None, :] @ S)[..., 0, :])
        total = torch.stack(outs, -2).sum()
    forward = time.perf_counter()
    total.backward()
    end = time.perf_counter()
    return _row(forward - start, end - start, sum(kept.values()))


def _row(forward: float, gradients: float, memory: int) -> tuple[str, ...]:
    return f"{forward:.2f}", f"{gradients:.2f}", f"{memory / 2**20:.0f}"


def _bind(k: Any, v: Any) -> Any:
    return k[..., :, None] * v[..., None, :]


def _corrected(S: Any, k: Any, v: Any, beta: Any) -> Any:
    return S + _bind(beta[..., None] * k, v - (k[..., None, :] @ S)[..., 0, :])


LOOPS: dict[str, Callable[..., Any]] = {
    "linear_attention": lambda S, k, v: S + _bind(k, v),
    "scalar_decay": lambda S, k, v, alpha: alpha[..., None, None] * S + _bind(k, v),
    "gla": lambda S, k, v, alpha: alpha[..., :, None] * S + _bind(k, v),
    "delta": _corrected,
    "gated_delta": lambda S, k, v, alpha, beta: _corrected(alpha[..., None, None] * S, k, v, beta),
    "kda": lambda S, k, v, alpha, beta: _corrected(alpha[..., :, None] * S, k, v, beta),
}
"""The write of some rules as PyTorch runs it, one token at a time."""
