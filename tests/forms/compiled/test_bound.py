"""Law: on floats the kernel errs no more than the number of its roundings allows.

A read or a state entry is a polynomial in the entries of the transition and of the first state, and
the kernel computes it with + and * alone. Whatever the order of its sums, the result is that sum of
monomials with each times some (1 + d), |d| <= gamma(m) = m u / (1 - m u), where m is the most
roundings on a monomial's way. Through a token, a monomial takes at most K + 1 in what w recalls and
4 more in the update, and one for each number that is not multiplied into w and k beforehand; the
last read takes K + 1: m = T (K + 7) + K + 1. Two tokens that share a pass take no more than two
that do not. So the error is at most gamma(m) times the same memory run on absolute values.

The truth is the transition's own equation in long doubles, which errs by the same law with a u that
is at least 2^11 times smaller; both sides' bounds are added. Platforms where a long double is a
float64 say so.
"""

import numpy as np
import pytest

from refmem.forms.adjoint import each_array
from refmem.forms.compiled import linear
from refmem.forms.compiled.linear import run_transition
from refmem.forms.compiled.products import Product
from refmem.memory import Transition
from tests.draws import floats, sample
from tests.forms.compiled.rules import LINEAR, RELAYS, SHAPES

wide = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 2**-60, reason="long doubles are no wider than float64 here"
)


def transition_of(rule, x):
    """A call's transition as the kernel is handed it, and a copy of its first state."""
    state, given = x["state"], {name: a for name, a in x.items() if name != "state"}
    return linear.transition_of(rule, rule.bind((), given, state, None)), state.copy()


def multiplied_out(part):
    """A part of a transition in long doubles, keys times their numbers."""
    if isinstance(part, tuple):
        return tuple(map(multiplied_out, part))
    if isinstance(part, Product):
        keys = np.longdouble(part.keys)
        return keys if part.factor is None else np.longdouble(part.factor) * keys
    return np.longdouble(part) if isinstance(part, np.ndarray) else part


def run_by_definition(m, S):
    reads = []
    for t in range(m.read.shape[-2]):
        S, read = m.step(S, t)
        reads.append(read)
    return np.stack(reads, axis=-2), S


def gamma(m, dtype):
    return m * np.finfo(dtype).eps / 2 / (1 - m * np.finfo(dtype).eps / 2)


@wide
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
@pytest.mark.parametrize("rule", LINEAR, ids=lambda rule: rule.name)
def test_the_kernel_stays_within_its_bound(rule, dtype):
    for seed, (K, V) in enumerate(SHAPES):
        x = sample(rule, floats(dtype), seed, T=5, K=K, V=V, lead=(2,))
        m, S = transition_of(rule, x)
        m = m._replace(finish=None, micro=1)
        out, state = np.empty((2, m.read.shape[-2], S.shape[-1]), dtype), S.copy()
        run_transition(rule.name, m, state, out)
        m = Transition(*map(multiplied_out, m))
        truth = run_by_definition(m, S.astype(np.longdouble))
        magnitude = each_array(abs, m)
        sizes = run_by_definition(magnitude, abs(S.astype(np.longdouble)))
        roundings = m.read.shape[-2] * (S.shape[-2] + 7) + S.shape[-2] + 1
        allowed = gamma(roundings, dtype) + gamma(roundings, np.longdouble)
        for got, want, size in zip((out, state), truth, sizes, strict=True):
            assert (abs(got - want) <= allowed * size).all(), f"{rule.name}, K={K}, V={V}"


@pytest.mark.parametrize("rule", LINEAR, ids=lambda rule: rule.name)
def test_a_call_is_what_the_kernel_reads_finished(rule):
    x = sample(rule, floats(np.float64), T=3, K=3, V=35, lead=(2,))
    m, S = transition_of(rule, x)
    read = np.empty((2, m.read.shape[-2], S.shape[-1]))
    run_transition(rule.name, m, S, read)
    want = m.finished(read)[:, m.micro - 1 :: m.micro]
    np.testing.assert_array_equal(rule(**x, form="fast").out, want)


@pytest.mark.parametrize("rule", RELAYS, ids=lambda rule: rule.name)
def test_a_relay_is_what_its_memories_read_in_turn(rule):
    x = sample(rule, floats(np.float64), T=3, K=3, V=35, lead=(2,))
    got = rule(**x, form="fast")
    state = x.pop("state")
    recalled, given = {}, rule.bind((), x, state, None)
    keys = {n: Product(a) for n, a in given.arrays.items() if given.axes[n] == ("T", "K")}
    arguments = given.arguments | keys
    for (name, transition), S, after in zip(rule.relay.items(), state, got.state, strict=True):
        m, S = transition(**recalled, **arguments), S.copy()
        read = np.empty((2, 3 * m.micro, S.shape[-1]))
        run_transition(rule.name, m, S, read)
        recalled[name] = m.finished(read)[:, m.micro - 1 :: m.micro]
        np.testing.assert_array_equal(after, S)
    np.testing.assert_array_equal(got.out, recalled[name])
