"""Rules that are found under no name of their own, and one whose facts are about nothing."""

from refmem import delta
from refmem.algebra import bind, recall
from refmem.memory import StateRule
from tests.outside.mine import flowing_delta


def step(S, q, k, v):
    S = S + bind(k, v)
    return S, recall(S, q)


nameless = StateRule(step)
gla = StateRule(step, name="gla")
trapezoid = StateRule(step, name="trapezoid")
unasked = StateRule(step, name="unasked", unasked={"no-decoy": "why"})
harmless = StateRule(step, name="harmless", harmless={"strict musk": "why"})
boasting = StateRule(step, name="boasting", harmless={"read with the key": "a key is a query"})

__all__ = ["boasting", "delta", "flowing_delta", "gla", "harmless", "nameless", "step", "unasked"]
