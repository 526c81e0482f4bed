"""Every message about cotangents and tangents says what was given, what was expected, and why."""

import numpy as np
import pytest

import refmem

X = {"q": np.ones((3, 2)), "k": np.ones((3, 2)), "v": np.ones((3, 1)), "beta": np.ones(3)}
DOUT = np.ones((3, 1))

CASES = {
    "none": ({}, TypeError, "delta: vjp has no cotangent, expected dout, dstate or both"),
    "shape": (
        {"dout": np.ones((3, 2))},
        ValueError,
        r"delta: dout has shape \(3, 2\), expected \(3, 1\) as the output, because",
    ),
    "state": (
        {"dstate": np.ones((1, 2))},
        ValueError,
        r"delta: dstate has shape \(1, 2\), expected \(2, 1\) as the last state",
    ),
    "kind": (
        {"dout": DOUT.astype(np.float32)},
        TypeError,
        "delta: dout has numbers of kind float32, expected float64 as in the output, because "
        "nothing is cast silently",
    ),
    "whole numbers": (
        {"dout": np.ones((3, 1), int)},
        TypeError,
        "delta: dout has dtype int64, expected float16",
    ),
    "form": ({"dout": DOUT, "form": "fast!"}, ValueError, "delta: form has value 'fast!'"),
    "chunk": ({"dout": DOUT, "chunk": 0}, ValueError, "delta: chunk has value 0"),
    "input": ({"dout": DOUT, "gamma": 1.0}, TypeError, "delta: argument gamma has no meaning here"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_cotangent_is_named(case):
    given, kind, message = CASES[case]
    with pytest.raises(kind, match=message):
        refmem.delta.vjp(**X, **given)


def test_the_cotangent_of_a_cache_is_a_cache():
    x = {name: X[name] for name in ("q", "k", "v")}
    with pytest.raises(
        TypeError, match="dstate has type ndarray, expected Cache with fields key, v"
    ):
        refmem.softmax_attention.vjp(**x, dstate=np.ones((3, 1)))


def test_the_field_of_a_state_is_named():
    x = {name: X[name] for name in ("q", "k", "v")}
    wrong = refmem.Cache(np.ones((4, 2)), None)
    with pytest.raises(ValueError, match=r"dstate.key has shape \(4, 2\), expected \(3, 2\)"):
        refmem.softmax_attention.vjp(**x, dstate=wrong)


def test_a_bad_tangent_is_named():
    with pytest.raises(ValueError, match=r"delta: dq has shape \(3,\), expected \(3, 2\) as q"):
        refmem.delta.jvp(**X, dq=np.ones(3))


def test_the_tangent_of_an_input_that_was_left_out_is_refused():
    x = {name: X[name] for name in ("q", "k", "v")}
    message = "deltaformer: dw has a value, expected none, because w was left out"
    with pytest.raises(TypeError, match=message):
        refmem.deltaformer.jvp(**x, dw=X["q"])


def test_a_function_without_a_derivative_is_named():
    x = refmem.derivative.tape.traced(np.ones(3))
    with pytest.raises(TypeError, match="tape: sinc has no derivative, expected one of "):
        np.sinc(x)


def test_a_traced_array_does_not_lose_its_tape():
    x = refmem.derivative.tape.traced(np.ones(3))
    with pytest.raises(TypeError, match="tape: a traced array has no plain one"):
        np.asarray(x)


def test_a_form_of_its_own_is_not_differentiated():
    x = X | {"alpha": np.ones(3), "lam": np.ones(2), "dout": DOUT}
    message = "mesa: form has value 'conjugate_gradients', expected none or one of the general ones"
    with pytest.raises(ValueError, match=message):
        refmem.mesa.vjp(**x, form="conjugate_gradients")
