"""States in few bits: the numbers that there are, and that a state is what lies in memory."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings

from refmem import gated_delta, kda, linear_attention, mlstm, softmax_attention
from refmem.around.few_bits import DITHER, FORMATS, FewBits
from refmem.around.serving import Alone, Pool
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FLOAT64, RATIONALS
from tests.around.serving.test_law import CALLS, assert_alike, stream

FLOATS = {
    "float8_e4m3": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
}


@pytest.mark.parametrize("name", FLOATS)
def test_floats_are_those_of_ml_dtypes(name):
    """Every number of the format, halfway between any two, and a little to both sides: as much as
    a float32 shows, for ml_dtypes rounds to one first."""
    format = FORMATS[name]
    codes = np.arange(2 ** (8 * np.dtype(FLOATS[name]).itemsize)).astype(
        f"u{np.dtype(FLOATS[name]).itemsize}"
    )
    with np.errstate(invalid="ignore"):  # a signalling NaN
        numbers = codes.view(FLOATS[name]).astype(np.float64)
    numbers = np.unique(numbers[np.isfinite(numbers)])
    half = (numbers[1:] + numbers[:-1]) / 2
    x = np.concatenate([numbers, half, half * (1 + 2.0**-20), half * (1 - 2.0**-20)])
    x = x.astype(np.float32).astype(np.float64)
    assert numbers[-1] == format.largest
    assert_same(format.round(x), x.astype(FLOATS[name]).astype(np.float64), name)


def test_whole_numbers_by_hand():
    # the largest of each head is 127 steps: 12.7 and 25.4
    values = np.array([[12.7, 0.25, -0.35], [-25.4, 0.5, 0.3]]).reshape(2, 1, 1, 3)
    x = {"q": np.ones((2, 1, 1)), "k": np.ones((2, 1, 1))}
    for scales, expected in (
        ("head", [[127, 2, -4], [-127, 2, 2]]),
        ("tensor", [[64, 1, -2], [-127, 2, 2]]),
    ):
        state = FewBits(linear_attention, "int8", scales)(**x, v=values[:, 0]).state
        assert state.codes[:, 0].tolist() == expected
    out, state = FewBits(linear_attention, "int8", "block", block=2)(**x, v=values[:, 0])
    assert state.codes[:, 0].tolist() == [[127, 2, -127], [-127, 2, 127]]
    assert state.scale.shape == (2, 1, 2)
    assert out[:, 0].tolist() == values[:, 0, 0].tolist()  # the output is read before it is stored


def test_dither_rounds_up_as_often_as_what_is_left_says():
    dither = np.arange(100) / 100
    for name, x, below, above in (("int8", 3.25, 3, 4), ("float8_e4m3", 17, 16, 18)):
        rounded = FORMATS[name].round(np.full(100, float(x)), dither)
        assert set(rounded) == {below, above}
        assert rounded.mean() == x


@pytest.mark.parametrize("rounding", ["nearest", "stochastic"])
@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(schedule=CALLS)
def test_a_pool_of_few_bits_is_every_request_alone(format, rounding, schedule):
    memory = FewBits(gated_delta, format, rounding=rounding)
    more = {DITHER: np.random.default_rng(0).random((6 * 3 * 9, 2, 2))}
    streams = (with_dither(stream(gated_delta, system=FLOAT64), more) for _ in range(2))
    if rounding == "nearest":
        streams = (stream(gated_delta, system=FLOAT64) for _ in range(2))
    assert_alike(Pool(memory, 3), Alone(memory, 3), schedule, *streams)


def with_dither(take, more):
    """The same stream with numbers for each token that decide where it rounds."""
    start = 0

    def taken(call):
        nonlocal start
        inputs = take(call)
        tokens = inputs["q"].shape[-2]
        start += tokens
        return inputs | {DITHER: more[DITHER][start - tokens : start]}

    return taken


def test_a_state_of_several_arrays_is_stored_whole():
    x = sample(mlstm, FLOAT64, state=False)
    memory = FewBits(mlstm, "int16")
    assert_same(memory(**x).out[:1], mlstm(**x).out[:1], "nothing is stored before the first read")
    near = memory.load(memory(**x).state)
    exact = mlstm(**x).state
    assert np.abs(near - exact).max() < 10 * np.abs(exact).max() / 32767


def test_what_there_is_not_is_refused():
    with pytest.raises(ValueError, match="kda: format has value 'int7', expected one of int8"):
        FewBits(kda, "int7")
    with pytest.raises(ValueError, match=r"kda: scales has value 'heads', .* did you mean 'head'"):
        FewBits(kda, scales="heads")
    with pytest.raises(ValueError, match="kda: rounding has value 'up', expected one of nearest"):
        FewBits(kda, rounding="up")
    with pytest.raises(
        TypeError, match="softmax_attention: rule has another state, expected a fin"
    ):
        FewBits(softmax_attention)
    with pytest.raises(TypeError, match="mlstm: rule has another state, expected one matrix"):
        FewBits(mlstm, rounding="stochastic")
    with pytest.raises(TypeError):
        FewBits(linear_attention)(**sample(linear_attention, RATIONALS, state=False))
