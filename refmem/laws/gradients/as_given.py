"""Law: gradients are of the shapes and kinds of what was given, each an array of its own.

The gradient by an input that is broadcast is the sum of those by its copies. An input that a scale
multiplies enters as scale * input, so that scale * dscale is <input, dinput>. No tokens pass the
cotangent of the state on.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from refmem.derivative.tape import each_leaf, leaves
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.exemptions import why_exempt
from refmem.laws.gradients.along import inner, like, variables, with_cotangents
from refmem.laws.law import Law, itself
from refmem.laws.systems import FLOAT64
from refmem.memory import StaticRule
from refmem.memory.rule import Rule


def has_the_shapes_of_what_was_given(rule: Rule, seed: int = 0) -> None:
    x, dout, dstate = with_cotangents(rule, proof_numbers(rule), seed)
    grads = rule.vjp(**x, dout=dout, dstate=dstate)
    for name in rule.inputs:
        got, want = getattr(grads, name).shape, np.shape(x[name])
        assert got == want, f"{rule.name}: gradient by {name} has shape {got}, expected {want}"


def is_of_the_inputs_kind(rule: Rule, dtype: Any, seed: int = 0) -> None:
    x = sample(rule, FLOAT64, seed, T=2, K=2, V=2)
    parts = variables(rule, x).items()
    x |= {name: each_leaf(lambda a: _cast(a, dtype), value) for name, value in parts}
    out = rule(**x).out
    grads = rule.vjp(**x, dout=np.ones(out.shape, dtype))
    found = {part.dtype for part in leaves(tuple(grads)) if part is not None}
    assert found == {np.dtype(dtype)}, f"{rule.name}: gradients of {found}"


def _cast(x: Any, dtype: Any) -> Any:
    return None if x is None else x.astype(dtype)


def a_broadcast_input_gets_the_sum_of_its_copies(rule: Rule, seed: int = 0) -> None:
    system = proof_numbers(rule)
    x, dout, dstate = with_cotangents(rule, system, seed, lead=(2,), spread=False)
    for name in rule.inputs:
        shared, copies = x[name][:1], np.broadcast_to(x[name][:1], x[name].shape)
        once = rule.vjp(**(x | {name: shared}), dout=dout, dstate=dstate)
        each_copy = rule.vjp(**(x | {name: copies}), dout=dout, dstate=dstate)
        want = getattr(each_copy, name).sum(0, keepdims=True)
        assert_same(getattr(once, name), want, f"{rule.name}: {name}")


def the_scale_weighs_what_scaled_inputs_do(rule: Rule, seed: int = 0) -> None:
    x, dout, dstate = with_cotangents(rule, proof_numbers(rule), seed)
    scale = x.pop("scale", None) or 1
    grads = rule.vjp(**x, dout=dout, dstate=dstate, scale=scale)
    want = inner([getattr(grads, name) for name in rule.scaled], [x[n] for n in rule.scaled])
    assert_same(np.asarray(grads.scale * scale), np.asarray(want), rule.name)


def no_tokens_pass_the_cotangent_on(rule: Rule, seed: int = 0) -> None:
    x = sample(rule, FLOAT64, seed, T=0)
    out, state = rule(**x)
    dstate = like(FLOAT64, state, 1)
    grads = rule.vjp(**x, dout=np.zeros(out.shape), dstate=dstate)
    assert_same(grads.state, dstate, rule.name)


def shares_no_memory(rule: Rule, seed: int = 0) -> None:
    x = sample(rule, FLOAT64, seed, T=3, K=4, V=4, lead=(2,))
    dout = np.ones_like(rule(**x).out)
    given = [a for a in leaves((x, dout)) if isinstance(a, np.ndarray)]
    grads = [g for g in leaves(tuple(rule.vjp(**x, dout=dout))) if g is not None]
    for grad, other in (*itertools.product(grads, given), *itertools.combinations(grads, 2)):
        assert not np.may_share_memory(grad, other), f"{rule.name}: a gradient is an alias"


def _try(rule: Rule, form: str, seed: int) -> None:
    has_the_shapes_of_what_was_given(rule, seed)
    a_broadcast_input_gets_the_sum_of_its_copies(rule, seed)
    if rule.scaled:
        the_scale_weighs_what_scaled_inputs_do(rule, seed)


def _try_floats(rule: Rule, form: str, seed: int) -> None:
    shares_no_memory(rule, seed)
    for dtype in (np.float32, *(() if why_exempt("complex", rule) else (np.complex128,))):
        is_of_the_inputs_kind(rule, dtype, seed)
    if not isinstance(rule, StaticRule):
        no_tokens_pass_the_cotangent_on(rule, seed)


LOOK = "functions that the tape does not know, and defaults that are made from other inputs"
LAWS = (
    Law("gradient shapes", __doc__, _try, LOOK, itself, bits=1024),
    Law("gradient kinds", __doc__, _try_floats, LOOK, itself, bits=0),
)
