"""States in few bits: after every token the state is stored as small numbers and their scales.

    S'         = what the rule makes of S[t-1]; the token's output is read from it
    scale      = max |S'| / the largest number, of each head, block or all of the state
    codes      = round(S' / scale)
    S[t]       = codes * scale

What lies in memory is `Stored(codes, scale)`, and the next token goes on from their product. So
nothing of S' but its output survives, whatever the arithmetic in between.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.around.serving.slots import bound
from refmem.grammar.state import each
from refmem.memory import Result, StateRule, empty_matrix
from refmem.support.wording import nearest_name

DITHER = "dither"
SCALES = ("head", "block", "tensor", "none")
ROUNDINGS = ("nearest", "stochastic")


class Format(NamedTuple):
    """Numbers that a state is stored as: whole ones, or floats.

    largest   number
    bits      of a float's mantissa, without the leading one; 0 of whole numbers
    least     exponent of a normal float
    """

    largest: float
    bits: int = 0
    least: int = 0

    @property
    def unit(self) -> float:
        """The distance of the largest two numbers, against the largest."""
        return self.steps(np.array(self.largest)).item() / self.largest

    def steps(self, x: np.ndarray) -> np.ndarray:
        """The distance between the numbers around each entry."""
        if not self.bits:
            return np.ones_like(x)
        _, exponent = np.frexp(x)
        return np.ldexp(np.ones_like(x), np.maximum(exponent - 1, self.least) - self.bits)

    def round(self, x: np.ndarray, dither: np.ndarray | None = None) -> np.ndarray:
        """Each entry as the nearest number, of two the even one; with `dither` in [0, 1) the next
        larger one where what is left of the entry and the dither reach a step together."""
        step = self.steps(x)
        whole = np.rint(x / step) if dither is None else np.floor(x / step + dither)
        return np.clip(whole * step, -self.largest, self.largest)


FORMATS = {
    "int8": Format(127),
    "int16": Format(32767),
    "float8_e4m3": Format(448, 3, -6),
    "float8_e5m2": Format(57344, 2, -14),
    "float16": Format(65504, 10, -14),
    "bfloat16": Format((2 - 2.0**-7) * 2.0**127, 7, -126),
}
"""Formats by the names of ml_dtypes; int8 and int16 are symmetric: -128 and -32768 are not used."""


class Stored(NamedTuple):
    """What lies in memory: codes, and the scale of each; both have the fields of the state."""

    codes: Any
    scale: Any


class FewBits:
    """A rule whose state is stored in few bits after every token.

    rule       any rule with a finite state
    format     one of `FORMATS`
    scales     one scale of each "head" (the last two axes), of each "block" of `block` value
               channels of a key channel, of the whole state ("tensor"), or "none"
    rounding   to the "nearest" number, or "stochastic": by an input dither (..., T, K, V) of
               uniform numbers in [0, 1), for then whoever has it rounds alike

    It is called as the rule is, with floats. It is not linear in its state, so it is run token by
    token alone.

    >>> from refmem import linear_attention
    >>> x = np.array([[1., .4]])
    >>> FewBits(linear_attention, "int8")(q=x[:, :1], k=x[:, :1], v=x).state
    Stored(codes=array([[127.,  51.]]), scale=array([[0.00787402]]))

    Raises ValueError for a format, scales or a rounding that there is not, TypeError for a rule
    without a finite state and for a stochastic rounding of a state that is not one matrix.
    """

    def __init__(
        self,
        rule: StateRule,
        format: str = "int8",
        scales: str = "head",
        rounding: str = "nearest",
        block: int = 32,
    ) -> None:
        _expect(rule.name, "format", format, FORMATS)
        _expect(rule.name, "scales", scales, SCALES)
        _expect(rule.name, "rounding", rounding, ROUNDINGS)
        stochastic = rounding == "stochastic"
        if not isinstance(rule, StateRule) or (stochastic and rule.initial is not empty_matrix):
            raise TypeError(
                f"{rule.name}: rule has another state, expected "
                f"{'one matrix' if stochastic else 'a finite one'}, because it is rounded "
                f"{'entry by entry' if stochastic else 'after every token'}"
            )
        self.rule, self.options = rule, rule.options
        self.format, self.scales, self.block = FORMATS[format], scales, block
        self.name = f"{rule.name} in {format}"
        self.inputs = {**rule.inputs, **({DITHER: "T K V"} if stochastic else {})}

    @property
    def unit(self) -> float:
        """How far apart two states may be that round one number to different sides, relative."""
        return self.format.unit

    def __call__(self, *, state: Any = None, **given: Any) -> Result:
        """Run over a sequence; the state is what lies in memory."""
        x = bound(self, given)
        outs = [self.rule(**_without(x.tokens(0, 0).arguments)).out]
        if state is None:
            state = self.store(self.rule(**_without(x.tokens(0, 0).arguments)).state, None)
        for t in range(x.T):
            token = x.tokens(t, t + 1).arguments
            dither = token.get(DITHER)
            out, S = self.rule(**_without(token), state=self.load(state))
            state = self.store(S, None if dither is None else dither[..., 0, :, :])
            outs.append(out)
        return Result(np.concatenate(outs, axis=-2), state)

    def store(self, S: Any, dither: np.ndarray | None) -> Stored:
        """What is kept of a state."""
        scale = each(self._scale, S)
        codes = each(
            lambda x, one: self.format.round(_over(x, self._spread(one, x)), dither), S, scale
        )
        return Stored(codes, scale)

    def load(self, stored: Stored) -> Any:
        """The state that the next token goes on from."""
        return each(lambda x, scale: x * self._spread(scale, x), *stored)

    def _scale(self, S: np.ndarray) -> np.ndarray:
        size = np.abs(S)
        if self.scales == "none":
            return np.ones((1,) * S.ndim, S.dtype)
        if self.scales == "block":
            starts = np.arange(0, S.shape[-1], self.block)
            most = np.maximum.reduceat(size, starts, axis=-1) if S.size else size[..., :0]
        else:
            axes = tuple(range(S.ndim)) if self.scales == "tensor" else (-2, -1)
            most = size.max(axes, keepdims=True, initial=0)
        return most / S.dtype.type(self.format.largest)

    def _spread(self, scale: np.ndarray, S: np.ndarray) -> np.ndarray:
        """A scale for every entry, or what broadcasts to that."""
        if self.scales != "block":
            return scale
        return np.repeat(scale, self.block, axis=-1)[..., : S.shape[-1]]


def _over(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """A quotient; 0 where the scale is 0, for then so is what it was made of."""
    return np.divide(x, scale, out=np.zeros_like(x), where=np.broadcast_to(scale != 0, x.shape))


def _without(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: x for name, x in arguments.items() if name != DITHER}


def _expect(rule: str, name: str, value: str, known: Any) -> None:
    if value not in known:
        raise ValueError(
            f"{rule}: {name} has value {value!r}, expected one of {', '.join(known)}, because "
            f"states are stored so{nearest_name(str(value), known)}"
        )
