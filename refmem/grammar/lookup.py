"""What a cache rule keeps, and what its tokens ask of it: the other half of the framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from refmem.algebra import capped, join, transposed
from refmem.functions.kernels import Kernel
from refmem.grammar.state import each


class Cache(NamedTuple):
    """What was seen: keys (..., P, K), what each wrote (..., P, V), and its gate (..., P)."""

    key: np.ndarray
    value: np.ndarray
    log_alpha: np.ndarray | None = None

    def append(
        self, key: np.ndarray, value: np.ndarray, log_alpha: np.ndarray | None = None
    ) -> Cache:
        """This cache and then these tokens."""
        if self.log_alpha is None or log_alpha is None:
            return Cache(join(self.key, key), join(self.value, value))
        gates = join(self.log_alpha[..., None], log_alpha[..., None])[..., 0]
        return Cache(join(self.key, key), join(self.value, value), gates)

    def part(self, start: int, stop: int) -> Cache:
        """A view of tokens start..stop-1."""
        gates = None if self.log_alpha is None else self.log_alpha[..., start:stop]
        return Cache(self.key[..., start:stop, :], self.value[..., start:stop, :], gates)

    def first(self, tokens: int) -> Cache:
        """A copy of the first so many tokens."""
        return each(np.copy, self.part(0, tokens))


Place = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A function of where a query t (R, 1) and the keys i (1, C) are, counted from the first key."""


@dataclass(frozen=True)
class Sight:
    """The past, as far back as a window reaches, and itself or not: what a token sees. With
    `ahead`, what comes after it, too.

    >>> Sight(window=2)(np.array([[2], [3]]), np.arange(4))
    array([[False,  True,  True, False],
           [False, False,  True,  True]])
    """

    itself: bool = True
    window: int | None = None
    ahead: bool = False

    def __call__(self, t: np.ndarray, i: np.ndarray) -> np.ndarray:
        """Which of the keys i (1, C) each query t (R, 1) sees."""
        seen = i <= t if self.itself else i < t
        if self.ahead:
            seen = seen | (i > t)
        return seen if self.window is None else seen & (t < i + self.window)

    def whole(self, t: np.ndarray, i: np.ndarray) -> bool:
        """Whether every query of a range sees every key of a range: so if the outermost do."""
        return bool(t.size and i.size and self(t[[0, -1]], i[[0, -1]]).all())


class Lookup(NamedTuple):
    """What T tokens ask of everything before them, and add to it. For token t,

        u[t] = value[t] - beta[t] * sum over i < t of kernel'(w[t] . key[i]) u[i]
        o[t] = sum over the i that t sees of kernel(score[t, i]) u[i]
        score[t, i] = capped(query[t] . key[t, i]) + sum of log_alpha over (i, t] + bias(t, i)

    query, key  (..., T, K)
    value       (..., T, V)
    kernel      how a score becomes a weight; a normalised one divides by the sum over i
    log_alpha   (..., T)               a gate between a token and what it sees, or None
    erase       w, beta, kernel'       what is taken out of a value before it is stored, or None
    sees        (t, i) -> bool         which tokens token t sees: of those i <= t, but for a Sight
                                       ahead, which goes with neither log_alpha nor erase nor path
    bias        (t, i) -> (..., R, C)  what places alone add to a score, or None
    sink        (...)                  the score of one more key, which holds nothing, or None
    path        w, beta                key[t, i] is key[i] after every later token m <= t has
                                       taken out beta[m] (w[m] . key) w[m]; None leaves it. The
                                       cache holds keys as they are now; not with erase
    probe       (..., T, K)            r: o[t] less the covariance, under its weights, of r . key
                                       with u; None for o[t] itself
    rest        (..., T, V)            what gets the weight that the keys left, one less their sum;
                                       None for nothing
    cap         a number               what query . key stays below in size; None for no such bound;
                                       not with path
    first       a number               the place of the first query among the keys; None is that of
                                       its own key, after the whole cache
    """

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    kernel: Kernel
    log_alpha: np.ndarray | None = None
    erase: tuple[np.ndarray, np.ndarray, Kernel] | None = None
    sees: Place = Sight()
    bias: Place | None = None
    sink: np.ndarray | None = None
    path: tuple[np.ndarray, np.ndarray] | None = None
    probe: np.ndarray | None = None
    rest: np.ndarray | None = None
    cap: float | None = None
    first: int | None = None

    @property
    def ahead(self) -> bool:
        """Whether a token sees later ones."""
        return isinstance(self.sees, Sight) and self.sees.ahead

    def scores(self, query: np.ndarray, key: np.ndarray) -> np.ndarray:
        """How like each other queries and keys are, (..., R, C), before anything is added."""
        return capped(query @ transposed(key), self.cap)

    def tokens(self, start: int, stop: int) -> Lookup:
        """The part of tokens start..stop-1."""
        part = slice(start, stop)
        gates, erase, path, probe = self.log_alpha, self.erase, self.path, self.probe
        if erase is not None:
            w, beta, kernel = erase
            erase = w[..., part, :], beta[..., part], kernel
        return self._replace(
            query=self.query[..., part, :],
            key=self.key[..., part, :],
            value=self.value[..., part, :],
            log_alpha=None if gates is None else gates[..., part],
            erase=erase,
            path=None if path is None else (path[0][..., part, :], path[1][..., part]),
            probe=None if probe is None else probe[..., part, :],
            rest=None if self.rest is None else self.rest[..., part, :],
            first=None if self.first is None else self.first + start,
        )
