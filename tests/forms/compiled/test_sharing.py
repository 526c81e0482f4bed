"""Law: how many threads share the work, and how it is cut, changes no bit and no input."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import numba
import numpy as np
import pytest

import refmem
from refmem.forms.compiled import attention, sharing
from refmem.forms.compiled import loops as kernels
from tests.draws import floats, sample
from tests.exact import assert_same
from tests.forms.compiled.rules import KEEPS_ALL, LINEAR, RELAYS

SHARED = [
    refmem.linear_attention,
    refmem.scalar_decay,
    refmem.mamba2,
    refmem.gated_delta,
    refmem.value_gated,
    refmem.kda,
]


@pytest.fixture
def many_threads(monkeypatch):
    """Every call is worth a thread, and Numba is back at its own number afterwards."""
    monkeypatch.setattr(sharing, "WORTH_A_THREAD", 1)
    monkeypatch.setattr(sharing, "WORTH_A_TURN", 1)
    before = numba.get_num_threads()
    yield min(2, numba.config.NUMBA_NUM_THREADS)
    numba.set_num_threads(before)


def test_a_mistake_in_any_thread_is_raised_and_leaves_the_threads_usable(many_threads):
    if many_threads < 2:
        pytest.skip("Numba has one thread here")

    def fail_at_three(task):
        if task == 3:
            raise ValueError("three")

    for _ in range(3):
        with sharing.threads(10) as (_, shared), pytest.raises(ValueError, match="three"):
            shared(fail_at_three, range(6))
    done = []
    with sharing.threads(10) as (_, shared):
        shared(done.append, range(100))
    assert sorted(done) == list(range(100))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own(many_threads):
    x = sample(refmem.delta, floats(np.float32), T=70, K=60, V=129, lead=(5,))
    want = refmem.delta(**x, form="fast").out
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as child:
        got = child.submit(_out_of_delta, x).result(timeout=60)
    np.testing.assert_array_equal(got, want)


def _out_of_delta(x):
    return refmem.delta(**x, form="fast").out


@pytest.mark.parametrize("lead", [(1,), (5,)], ids=["columns", "heads"])
@pytest.mark.parametrize("rule", SHARED, ids=lambda rule: rule.name)
def test_one_thread_and_two_agree_to_the_bit(rule, lead, many_threads):
    if many_threads < 2:
        pytest.skip("Numba has one thread here")
    x = sample(rule, floats(np.float32), T=70, K=60, V=129, lead=lead)
    dout = rule(**x).out
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        with sharing.threads(10) as (count, _):
            assert count == threads
        results.append(
            (tuple(rule(**x, form="fast")), tuple(rule.vjp(**x, dout=dout, form="fast")))
        )
    assert_same(results[1], results[0], rule.name)


@pytest.mark.parametrize("rule", SHARED, ids=lambda rule: rule.name)
def test_a_sequence_is_its_even_pieces_to_the_bit(rule):
    T = 2 * kernels.NEAR + 5
    x = sample(rule, floats(np.float64), T=T, K=3, V=35, lead=(2,))
    whole, state, outs = rule(**x, form="fast"), x.pop("state"), []
    for start in range(0, T, 102):
        given = rule.bind((), x, state, None).tokens(start, min(start + 102, T))
        out, state = rule(**given.arguments, state=state, form="fast")
        outs.append(out)
    assert_same((np.concatenate(outs, axis=-2), state), tuple(whole), rule.name)


@pytest.mark.parametrize("name", ["softmax_attention", "deltaformer"])
def test_so_where_everything_is_kept(name, many_threads, monkeypatch):
    if many_threads < 2:
        pytest.skip("Numba has one thread here")
    monkeypatch.setattr(attention, "QUERIES", 100)
    rule = getattr(refmem, name)
    x = sample(rule, floats(np.float32), T=300, K=17, V=5, lead=(5,), state=False)
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        results.append(rule(**x, form="fast"))
    assert_same(tuple(results[1]), tuple(results[0]), name)


@pytest.mark.parametrize("rule", LINEAR + RELAYS + KEEPS_ALL, ids=lambda rule: rule.name)
def test_inputs_may_repeat_along_axes_and_are_left_alone(rule):
    one = sample(rule, floats(np.float64), T=6, K=3, V=5, lead=())
    arrays = {n: a for n, a in one.items() if n in {*rule.inputs, "state"}}
    repeated = one | {
        n: refmem.grammar.state.each(lambda a: np.broadcast_to(a, (2, 3, *a.shape)), a)
        for n, a in arrays.items()
    }
    arrays = {n: refmem.grammar.state.each(np.asarray, a) for n, a in arrays.items()}
    kept = {n: refmem.grammar.state.each(lambda a: np.array(a), a) for n, a in arrays.items()}
    got, want = rule(**repeated, form="fast"), rule(**one, form="fast")
    np.testing.assert_array_equal(got.out, np.broadcast_to(want.out, got.out.shape))
    for name, array in arrays.items():
        assert_same(array, kept[name], f"{rule.name}: {name}")


@pytest.mark.parametrize("lead", [(0,), (2, 0), (0, 3)], ids=str)
@pytest.mark.parametrize("rule", LINEAR + RELAYS + KEEPS_ALL, ids=lambda rule: rule.name)
def test_no_heads_are_heads(rule, lead):
    one = sample(rule, floats(np.float64), T=3)
    x = one | {
        n: refmem.grammar.state.each(lambda a: np.broadcast_to(a, lead + a.shape), a)
        for n, a in one.items()
        if n in {*rule.inputs, "state"}
    }
    assert rule(**x, form="fast").out.shape == lead + rule(**one).out.shape


@pytest.mark.parametrize("rule", LINEAR + RELAYS + KEEPS_ALL, ids=lambda rule: rule.name)
def test_no_tokens_leave_the_state_alone(rule):
    x = sample(rule, floats(np.float64), T=0, lead=(2,))
    trace = rule(**x, form="fast", states=True)
    assert_same(tuple(trace), tuple(rule(**x, states=True)), rule.name)
