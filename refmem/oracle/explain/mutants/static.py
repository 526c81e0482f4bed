"""Mutants of memories made of weights: feed-forward layers, gated ones, mixtures of experts.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra import sigmoid, softmax, transposed
from refmem.algebra.selection import largest
from refmem.functions.activations import ACTIVATIONS, Activation, find_activation
from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import both, has
from refmem.oracle.explain.mutants.mutant import Memory, Mutant

Change = Callable[[np.ndarray], np.ndarray]

GATED = has("x", "w_gate", "w_in", "w_out")
ROUTED = has("x", "router", "w_in", "w_out")


def option(case: Case, given: dict[str, Any], name: str) -> Any:
    """What an option is in a call."""
    return given.get(name, case.rule.options[name])


def with_option(name: str, change: Callable[[Any], Any]) -> Any:
    """The call with another value of an option."""

    def wrap(case: Case, memory: Memory) -> Memory:
        return lambda **given: memory(**given | {name: change(option(case, given, name))})

    return wrap


def has_option(name: str) -> Callable[[Case], bool]:
    """Whether a case's rule has that option."""
    return lambda case: name in case.rule.options


def activated(change: Callable[[Activation], Change]) -> Any:
    """The call with another activation: `change` of its own."""

    def other(own: Any) -> Activation:
        own = find_activation(own)
        return own._replace(name=f"{own.name}, changed", value=change(own))

    return with_option("activation", other)


def gated(gate: Callable[[Any, np.ndarray], np.ndarray], up: Change) -> Any:
    """A gated layer whose hidden units are gate(activation, x w_gate') up(x w_in')."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            activation = find_activation(option(case, given, "activation")).value
            a, b = (given["x"] @ transposed(given[name]) for name in ("w_gate", "w_in"))
            return Result((gate(activation, a) * up(b)) @ given["w_out"], None)

        return call

    return wrap


def exchanged(case: Case, memory: Memory) -> Memory:
    """The keys that are activated are taken for those that are not."""
    return lambda **given: memory(**given | {"w_gate": given["w_in"], "w_in": given["w_gate"]})


def steeper(alpha: float) -> Mutant:
    """x sigmoid(alpha x), with an alpha that is not one."""
    return Mutant(
        f"silu of slope {alpha:.4g}",
        f"x sigmoid({alpha:.4g} x) in place of x sigmoid(x)",
        ("onnxruntime#28738",),
        "the alpha of SwiGLU, which is 1.702 in gpt-oss and 1 elsewhere",
        call=activated(lambda own: lambda x: x * sigmoid(alpha * x)),
        fits=lambda case: _activation(case) == "silu",
    )


def clamped_gated(limit: float) -> Mutant:
    """Gates at most `limit`, the other factor within +-limit, before the activation."""
    return Mutant(
        f"gate and up clamped at {limit:.4g}",
        f"gate and up clamped at {limit:.4g} before the activation",
        ("tokenspeed#1630",),
        "a limit of SwiGLU, which only some models have",
        call=gated(
            lambda activation, a: activation(np.minimum(a, limit)),
            lambda b: np.clip(b, -limit, limit),
        ),
        fits=GATED,
    )


def clamped_hidden(limit: float) -> Mutant:
    """Hidden units within +-limit before the activation."""
    return Mutant(
        f"hidden units clamped at {limit:.4g}",
        f"hidden units clamped at +-{limit:.4g} before the activation",
        ("tokenspeed#1630",),
        "a clamp of the hidden layer",
        call=activated(lambda own: lambda x: own.value(np.clip(x, -limit, limit))),
        fits=has_option("activation"),
    )


def _activation(case: Case) -> str:
    """The name of the activation of a case; "" if its rule has none."""
    name = "activation"
    if name not in case.rule.options:
        return ""
    return find_activation(case.options.get(name, case.rule.options[name])).name


def other_activation(name: str) -> Mutant:
    """Another activation than was asked for."""
    return Mutant(
        f"activation {name}",
        f"{name} as the activation",
        (),
        "the activation's name, and its default",
        call=with_option("activation", lambda own: name),
        fits=lambda case: _activation(case) not in ("", name),
    )


def routed(weights_of: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Any:
    """A mixture whose experts weigh `weights_of(scores, bias, chosen)`, zero unless chosen."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            logits = given["x"] @ transposed(given["router"])
            everyone = np.ones(logits.shape[-1:], dtype=bool)
            soft = option(case, given, "scores") == "softmax"
            s = softmax(logits, everyone) if soft else sigmoid(logits)
            bias = given["bias"][..., None, :] if "bias" in given else np.zeros_like(s[..., :1])
            chosen = largest(s + bias, option(case, given, "top"))
            weights = np.where(chosen, weights_of(s, bias + 0 * s, chosen), 0)
            if option(case, given, "renormalize"):
                weights = weights / weights.sum(-1, keepdims=True)
            activation = find_activation(option(case, given, "activation")).value
            hidden = activation(given["x"][..., None, :, :] @ transposed(given["w_in"]))
            each = transposed(weights)[..., None] * (hidden @ given["w_out"])
            return Result(each.sum(-3), None)

        return call

    return wrap


def recovered(s: np.ndarray, bias: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Scores as float32 has them after the bias was added and taken off again."""
    small = bias.astype(np.float32)
    return ((s.astype(np.float32) + small) - small).astype(s.dtype)


FEED_FORWARD = (
    steeper(1.702),
    Mutant(
        "up plus one",
        "1 added to the factor that is not activated",
        ("onnxruntime#28738",),
        "(up + 1) in place of up, which gpt-oss has",
        call=gated(lambda activation, a: activation(a), lambda b: b + 1),
        fits=GATED,
    ),
    Mutant(
        "gate and up exchanged",
        "gate and up exchanged: the other factor is activated",
        ("onnxruntime#28738",),
        "the order of the two halves of a fused weight",
        call=exchanged,
        fits=GATED,
    ),
    Mutant(
        "gate not activated",
        "the gate not activated",
        (),
        "where the activation is applied",
        call=gated(lambda activation, a: a, lambda b: b),
        fits=both(GATED, lambda case: _activation(case) != "identity"),
    ),
    clamped_gated(1),
    clamped_hidden(1),
    *(other_activation(name) for name in ACTIVATIONS),
)

EXPERTS = (
    Mutant(
        "experts renormalised or not",
        "the weights of the chosen experts renormalised where they are not, or the reverse",
        (124, "flashinfer#2889"),
        "a flag such as norm_topk_prob, and its default",
        call=with_option("renormalize", lambda own: not own),
        fits=ROUTED,
    ),
    Mutant(
        "experts weighed with their bias",
        "the bias, which only chooses experts, in their weights as well",
        (124,),
        "the scores that the weights are gathered from",
        call=routed(lambda s, bias, chosen: s + bias),
        fits=both(ROUTED, has("bias")),
    ),
    Mutant(
        "bias of experts ignored",
        "the bias that helps to choose experts ignored",
        (124,),
        "where the correction bias is added",
        call=lambda case, memory: (
            lambda **given: memory(**{n: x for n, x in given.items() if n != "bias"})
        ),
        fits=both(ROUTED, has("bias")),
    ),
    Mutant(
        "score recovered from its biased sum",
        "scores taken from their sum with the bias, less the bias",
        ("flashinfer#3875",),
        "the score before the bias, which has to be kept",
        call=routed(recovered),
        fits=both(ROUTED, has("bias")),
    ),
    Mutant(
        "experts weigh the same",
        "the chosen experts weighing the same",
        (124,),
        "the product with the router's weights",
        call=routed(lambda s, bias, chosen: chosen / chosen.sum(-1, keepdims=True)),
        fits=ROUTED,
    ),
    Mutant(
        "one expert too many",
        "one expert more than was asked",
        (124,),
        "the number of chosen experts",
        call=with_option("top", lambda top: top + 1),
        fits=ROUTED,
    ),
    Mutant(
        "one expert too few",
        "one expert less than was asked",
        (124,),
        "the number of chosen experts",
        call=with_option("top", lambda top: max(top - 1, 1)),
        fits=ROUTED,
    ),
    Mutant(
        "the other kind of scores",
        "scores by softmax where a sigmoid was asked, or the reverse",
        (124,),
        "the function of the router's scores",
        call=with_option("scores", lambda own: "sigmoid" if own == "softmax" else "softmax"),
        fits=both(ROUTED, has_option("scores")),
    ),
)

STATIC = FEED_FORWARD + EXPERTS
