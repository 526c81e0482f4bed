"""Whole memories, simulated by running the shipped rules: retention and 1/SNR at every age.

A rule that is linear in its values answers sum_j g_j v_j. Given the identity for values it answers
the g_j themselves, so nothing is lost to the randomness of values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from refmem.forms.compiled import quickest
from refmem.grammar import kinds
from refmem.memory.rule import Rule
from refmem.rules import RULES
from refmem.studies.capacity.arguments import check_count
from refmem.studies.capacity.memories import check_ages
from refmem.studies.capacity.setting import refuse, setting
from refmem.studies.capacity.simulation import Simulation, draw_keys
from refmem.studies.capacity.values import STANDARD
from refmem.support.wording import nearest_name


class MemorySimulation(NamedTuple):
    """What `simulate_memory` finds: by age, each from all trials.

    ages        (A,)           writes since the pair that is read
    gain        (trials, A)    g, how much of its value came back
    crosstalk   (trials, A)    sum of the squared g of all other pairs
    """

    ages: np.ndarray
    gain: np.ndarray
    crosstalk: np.ndarray

    @property
    def retention(self) -> np.ndarray:
        """The mean gain, (A,)."""
        return self.gain.mean(0)

    @property
    def retention_stderr(self) -> np.ndarray:
        """Its standard error; infinite for one trial."""
        trials = len(self.gain)
        if trials < 2:
            return np.full(len(self.ages), np.inf)
        return self.gain.std(0, ddof=1) / math.sqrt(trials)

    def at(self, place: int) -> Simulation:
        """Noise and signal of one age: `.mean` is 1/SNR, with its interval."""
        return Simulation(self.crosstalk[:, place], self.gain[:, place] ** 2)

    @property
    def inverse_snr(self) -> np.ndarray:
        """1/SNR at each age, (A,)."""
        return np.array([self.at(place).mean for place in range(len(self.ages))])


def simulate_memory(
    rule: Any,
    *,
    writes: int,
    dim: int,
    ages: Sequence[int],
    trials: int = 100,
    rng: int | np.random.Generator = 0,
    keys: str = "sphere",
    norm2: float | None = None,
    **inputs: Any,
) -> MemorySimulation:
    """Write N random pairs with a rule of refmem, and read the pair of each age.

    rule     a rule or its name; one of queries, keys and values that is linear in its values
    keys     "sphere" of squared radius norm2 (1 unless given), "gaussian", the one read with too,
             or "rademacher"
    inputs   what else the rule takes: a number for every token, or an array with a time axis of
             `writes` tokens; and its options

    >>> found = simulate_memory("delta", writes=32, dim=32, ages=[0, 16], beta=1.0, trials=50)
    >>> found.retention.round(1)                                      # 1 and (1 - 1/32)^16
    array([1. , 0.6])
    """
    chosen = find_rule(rule)
    ages = check_ages(ages, check_count("writes", writes, "pairs written"))
    trials = check_count("trials", trials, "memories")
    if keys == "sphere":
        norm2 = 1.0 if norm2 is None else norm2
    else:
        refuse("only keys on a sphere have one length", norm2=norm2 is not None)
    stored = setting("linear", writes, dim, None, keys, norm2, 1.0, 0.0, STANDARD)
    if not _is_linear_in_values(chosen, dim, inputs):
        raise ValueError(
            f"capacity: rule has value {chosen.name}, expected one that is linear in its values, "
            "because the response to each pair is read off the identity"
        )
    random = np.random.default_rng(rng)
    gain, crosstalk = np.zeros((2, trials, len(ages)))
    for trial in range(trials):
        responses = _responses(chosen, draw_keys(stored, random, writes), ages, inputs)
        own = np.arange(len(ages)), writes - 1 - np.array(ages)
        gain[trial] = responses[own]
        responses[own] = 0
        crosstalk[trial] = (responses**2).sum(1)
    return MemorySimulation(np.array(ages), gain, crosstalk)


def find_rule(rule: Rule | str) -> Rule:
    """A rule, or the rule of that name; it has to take one query, key and value a token."""
    if isinstance(rule, Rule):
        found = rule
    else:
        named = {one.name: one for one in RULES}
        if rule not in named:
            raise ValueError(
                f"capacity: rule has value {rule!r}, expected a name that `refmem rules` lists, "
                f"because these exist{nearest_name(str(rule), named)}"
            )
        found = named[rule]
    if any(found.inputs.get(name) != one.axes for name, one in kinds.STANDARD.items()):
        raise ValueError(
            f"capacity: rule has value {found.name}, expected one of inputs q, k, v, because one "
            "pair is written for each token"
        )
    return found


def _responses(
    rule: Rule, keys: np.ndarray, ages: Sequence[int], inputs: dict[str, Any]
) -> np.ndarray:
    """g of every age and pair, (A, N): the last token reads with the key of that age."""
    writes, dim = keys.shape
    asked = keys[writes - 1 - np.array(ages)][:, None]
    given = {name: _for_tokens(rule, name, x, writes, dim) for name, x in inputs.items()}
    tokens = {"q": np.zeros_like(keys), "k": keys, "v": np.eye(writes)} | given
    form = quickest(rule)
    before = {name: _part(rule, name, x, slice(0, writes - 1)) for name, x in tokens.items()}
    last = {name: _part(rule, name, x, slice(writes - 1, None)) for name, x in tokens.items()}
    state = rule(**before, form=form).state
    return rule(**last | {"q": asked}, state=state, form=form).out[:, 0]


def _for_tokens(rule: Rule, name: str, x: Any, writes: int, dim: int) -> Any:
    """An input as the rule takes it: one number is that number everywhere."""
    if name not in rule.inputs or np.ndim(x):
        return x
    sizes = {"T": writes, "K": dim, "V": writes}
    axes = rule.inputs[name].split()
    if any(axis not in sizes for axis in axes):
        raise ValueError(
            f"capacity: {name} has one value, expected an array ({', '.join(axes)}), because "
            "nothing else says its size"
        )
    return np.full([sizes[axis] for axis in axes], float(x))


def _part(rule: Rule, name: str, x: Any, tokens: slice) -> Any:
    """Some tokens of an input; what has no time axis stays whole."""
    axes = rule.inputs.get(name, "").split()
    return x[(..., tokens, *[slice(None)] * (len(axes) - 1))] if axes[:1] == ["T"] else x


def _is_linear_in_values(rule: Rule, dim: int, inputs: dict[str, Any]) -> bool:
    """Whether doubling four tokens' values doubles the answers, which floats do without rounding.

    Every rule of refmem that is not linear in its values (an inner layer norm, an inner
    non-linearity, a normalised update) fails it.
    """
    tokens, random = 4, np.random.default_rng(0)
    q, k = random.standard_normal((2, tokens, dim))
    v = random.standard_normal((tokens, tokens))
    given = {
        name: _part(rule, name, _for_tokens(rule, name, x, tokens, dim), slice(0, tokens))
        for name, x in inputs.items()
    }
    one, two = (rule(q=q, k=k, v=scale * v, **given).out for scale in (1, 2))
    return bool((two == 2 * one).all())
