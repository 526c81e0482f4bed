"""DeltaFormer makes a machine's moves with keys that need not be orthogonal.

    u = v - sum over i of kappa(w . k[i]) u[i]      k = write of keys, w = -read of keys, v = value
    o = sum over i of kappa(q . k[i]) u[i]          q = the key that is asked

A register is a key, and the number it holds what the key reads. kappa rounds, so that keys may
overlap by 1/8 and there are far more than dimensions; or it is a sum of four exponentials, which is
exact for orthogonal keys; or linear, for the same.

Source: Zhong et al. 2025, arXiv:2505.19488.
Proof:  derivations/expressivity/exchange.py, derivations/expressivity/four_exponentials.py
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel, rounding
from refmem.grammar.lookup import Cache
from refmem.rules.attention import deltaformer
from refmem.studies.expressivity.keys import Keys, sufficient_width
from refmem.studies.expressivity.machines import Machine
from refmem.studies.expressivity.program import Numbers, Program, converted_inputs, whole
from refmem.studies.expressivity.programs.registers import (
    asked_registers,
    merged,
    read_by_heads,
    spread,
)


@dataclass(frozen=True, kw_only=True)
class Rewritten(Program):
    """A program whose cache is rewritten: after n moves every key is read, and a new cache holds
    the keys with what they read.

    block   tokens between two rewritings: n moves, or one token's

    So there are never more than 2 n rows (or n and those of one token), however many tokens.
    """

    block: int

    def answers(
        self, tokens: np.ndarray, numbers: Numbers | None = None, form: str | None = None
    ) -> np.ndarray:
        """The answer after each token, (T,)."""
        cache, answers = None, []
        for start in range(0, len(tokens), self.block):
            part = tokens[start : start + self.block]
            given = converted_inputs(self.inputs(part), numbers or self.exact)
            given["state"] = cache or given["state"]
            result = self.rule(**given, **self.options, form=form)
            answers.append(self.decode(whole(self.numbers(result.out, part))))
            cache = self._rewritten(given, result.state, form)
        return np.concatenate(answers).astype(int)

    def _rewritten(self, given: dict[str, Any], cache: Cache, form: str | None) -> Cache:
        """The keys, and what each reads: n more tokens, which write nothing."""
        q = given["state"].key
        none = 0 * q
        read = {"q": q, "k": none, "w": none, "v": none[..., :1], "scale": given["scale"]}
        return Cache(q, self.rule(**read, state=cache, **self.options, form=form).out)


def by_deltaformer(machine: Machine, keys: Keys, kappa: Kernel | str = "round") -> Rewritten:
    """One token of the rule for every move of the machine; the cache starts with its registers.

    `answers` rewrites the cache; `outputs` keeps it all. ValueError for keys that are too few, or
    too near each other for this kernel.

    >>> from refmem.studies.expressivity.keys import polynomial_keys
    >>> from refmem.studies.expressivity.machines import machine
    >>> from refmem.studies.expressivity.tasks import Swaps
    >>> program = by_deltaformer(machine(Swaps(40)), polynomial_keys(40))
    >>> program.answers(np.array([[39, 7, 39], [39, 8, 8]]))
    array([7, 7])
    """
    kernel = find_kernel(kappa)
    _require_apart(machine, keys, kernel)

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        moves = machine.spell(tokens)
        return {
            "q": spread(asked_registers(machine, tokens), machine.steps) @ keys.vectors,
            "k": merged(moves.write)[None] @ keys.vectors,
            "w": -merged(moves.read)[None] @ keys.vectors,
            "v": merged(moves.value[..., None])[None],
            "scale": keys.scale,
            "state": Cache(keys.vectors[None, : machine.registers], machine.start[None, :, None]),
        }

    def last_of_each(out: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        return read_by_heads(out[:, machine.steps - 1 :: machine.steps], tokens)

    rows = machine.registers + max(machine.registers, machine.steps)
    return Rewritten(
        task=machine.task,
        rule=deltaformer,
        inputs=inputs,
        numbers=last_of_each,
        decode=machine.decode,
        state=rows * (keys.vectors.shape[1] + 1),
        steps=machine.steps,
        options={"kappa1": kernel, "kappa2": kernel, "heads": "repeat"},
        block=max(1, machine.registers // machine.steps),
    )


def _require_apart(machine: Machine, keys: Keys, kernel: Kernel) -> None:
    """ValueError unless the keys are enough, and the kernel tells them apart."""
    count, width = keys.vectors.shape
    if count < machine.registers:
        raise ValueError(
            f"deltaformer: keys has {count} rows, expected at least {machine.registers}, because "
            f"each register is a key ({machine.task.name})"
        )
    if kernel is rounding and 2 * keys.slack >= 1:
        raise ValueError(
            f"deltaformer: keys has differences whose products are off by {keys.slack}, expected "
            "less than 1/2, because rounding would notice it; take d of at least "
            f"{sufficient_width(count)} for {count} random keys, or polynomial_keys"
        )
    if kernel is not rounding and keys.slack:
        raise ValueError(
            f"deltaformer: keys has {count} rows that overlap in {width} dimensions, expected "
            f"orthogonal ones, d >= {count}, because kappa {kernel.name} is exact for those alone"
        )
