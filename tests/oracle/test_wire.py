"""Messages: everything arrives as it was, and what is no message is refused, never obeyed."""

import contextlib
import io
import itertools
import json
import pickle

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refmem.oracle.border.arrays import LOW_PRECISION, NUMBERS, find_numbers, is_of_numbers
from refmem.oracle.targets import wire
from refmem.oracle.targets.wire import NoMessageError, pack, unpack

LOW = [name for name in dir(ml_dtypes) if LOW_PRECISION.fullmatch(name)]
SHAPES = [(), (0,), (3,), (2, 0, 3), (2, 3)]


def sent(said):
    """What arrives, byte by byte as slowly as it may."""
    return unpack(io.BytesIO(pack("token", said)).read)


def random(shape, dtype):
    data = np.random.default_rng(0).bytes(int(np.prod(shape)) * dtype.itemsize)
    return np.frombuffer(data, dtype).reshape(shape)


def test_low_precision_is_all_of_ml_dtypes():
    assert {"bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "float4_e2m1fn"} <= {*LOW}
    found = {name for name in dir(ml_dtypes) if isinstance(getattr(ml_dtypes, name), type)}
    assert found - {"finfo", "iinfo"} == {*LOW}


@pytest.mark.parametrize("name", [*NUMBERS, *LOW])
@pytest.mark.parametrize("swapped", [False, True])
def test_every_dtype_arrives_with_its_bits(name, swapped):
    dtype = find_numbers(name).newbyteorder("S" if swapped else "=")
    for shape in SHAPES:
        x = random(shape, dtype)
        (y,) = sent((x,))[1]
        assert (y.dtype, y.shape, y.tobytes()) == (x.dtype, x.shape, x.tobytes())
        assert y.flags.owndata
        assert y.flags.writeable
        assert y.flags.aligned


@pytest.mark.parametrize("order", [np.s_[::-1], np.s_[:, ::2], np.s_[1:, 1:], np.s_[..., None]])
def test_every_order_in_memory_arrives_as_its_numbers(order):
    x = random((5, 7), np.dtype(np.float32))[order].T
    assert np.array_equal(sent(x)[1].view(np.uint32), x.view(np.uint32))


def test_what_is_no_array_arrives_too():
    said = {"a": (None, True, -3, 2.5, "Ω\n\ud800"), "fields": {"array": {}, "items": ()}}
    assert sent(said) == ("token", said)
    assert sent([1, [2]]) == ("token", (1, (2,)))


def test_arrays_of_a_message_share_no_memory():
    one, other = sent((np.zeros(3), np.zeros(3)))[1]
    one += 1
    assert not other.any()


class Harmful:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Harmful(), "Harmful"),
        (np.array([Harmful()]), "ndarray"),
        (np.array(["words"]), "ndarray"),
        (np.zeros(2, [("a", "f4")]), "ndarray"),
        (np.zeros(2, "M8[s]"), "ndarray"),
        (np.zeros(2, "V4"), "ndarray"),
        (np.float32(3), "float32"),
        (b"bytes", "bytes"),
        ({"a": {1, 2}}, "set"),
    ],
)
def test_what_cannot_be_said_is_refused(said, kind):
    with pytest.raises(TypeError, match=f"{kind} is no array of numbers"):
        pack("token", said)


def test_a_key_is_text():
    with pytest.raises(TypeError, match="a dict has a key that is no text"):
        pack("token", {1: None})


def test_what_is_too_long_is_refused_before_it_is_copied():
    huge = np.broadcast_to(np.float32(0), (10**9, 10**8))
    with pytest.raises(ValueError, match=r"a message has 4.* bytes of numbers, expected at most"):
        pack("token", huge)
    with pytest.raises(ValueError, match=r"a message has .* bytes of names, expected at most"):
        pack("token", "x" * wire.LONGEST_HEAD)


# ---- what is no message


def message(head, numbers=b"", name=wire.NAME, *, length=None, size=None):
    """One of any bytes."""
    head = head if isinstance(head, bytes) else json.dumps(head).encode()
    length = len(head) if length is None else length
    size = len(numbers) if size is None else size
    return wire.PREFIX.pack(name, length, size) + head + numbers


def about(x, numbers=b""):
    return message({"token": "", "said": x}, numbers)


def array(**said):
    return {"array": {"dtype": "float32", "shape": [2]} | said}


SPOILED = {
    "a pickle": (pickle.dumps(Harmful()) + b"x" * 30, r"it begins with b'\\x80\\x04"),
    "one byte": (b"r", r"it begins with b'r', expected b'refmem:1'"),
    "another version": (message({}, name=b"refmem:2"), "it begins with b'refmem:2'"),
    "a cut prefix": (message({})[:20], "it is truncated: 20 bytes, expected 24"),
    "a cut head": (about(1)[:-3], "it is truncated: 21 bytes, expected 24"),
    "no numbers": (about(array()), "an array of float32 .* has 8 bytes, and 0 are left"),
    "cut numbers": (about(None, b"1234")[:-1], "it is truncated: 3 bytes, expected 4"),
    "a long head": (message({}, length=2**63), "it has 9223372036854775808 bytes of names"),
    "long numbers": (message({}, size=2**62), "it has 4611686018427387904 bytes of numbers"),
    "no json": (message(b"{}}"), "its head is no JSON: Extra data"),
    "no text": (message(b"\xff\xfe\xfa"), "its head is no JSON"),
    "a long number": (message(b'{"token": "", "said": %s}' % (b"1" * 5000)), "is no JSON"),
    "a deep head": (message(b"[" * 10**5), "its head is no JSON: maximum recursion"),
    "a list": (message([]), "its head has other fields than token and said"),
    "no token": (message({"said": 1}), "its head has other fields"),
    "more fields": (message({"said": 1, "token": "", "x": 1}), "its head has other fields"),
    "a token of numbers": (message({"said": 1, "token": 1}), "its token is no text"),
    "a bare list": (about([1]), r"expected fields, items or an array, and it says \[1\]"),
    "another kind": (about({"object": {}}), r"and it says \{'object': \{\}\}"),
    "two kinds": (about({"items": [], "fields": {}}), "expected fields, items or an array"),
    "items of nothing": (about({"items": None}), "expected fields, items or an array"),
    "fields of a list": (about({"fields": []}), "expected fields, items or an array"),
    "an array of a list": (about({"array": []}), "expected fields, items or an array"),
    "objects": (about(array(dtype="object"), b"12345678"), "dtype has name 'object'"),
    "a record": (about(array(dtype=[["a", "f4"]]), b"12345678"), "dtype has name .*'a', 'f4'"),
    "a code": (about(array(dtype="<f4"), b"12345678"), "dtype has name '<f4', expected that of"),
    "no such dtype": (about(array(dtype="float8_e1m1"), b"12"), "dtype has name 'float8_e1m1'"),
    "text": (about(array(dtype="str32"), b"12345678"), "dtype has name 'str32'"),
    "no dtype": (about({"array": {"shape": [2]}}, b"12345678"), "dtype has name None"),
    "no shape": (about({"array": {"dtype": "float32"}}, b"1234"), "no list of whole numbers: None"),
    "a negative shape": (about(array(shape=[-1])), r"no list of whole numbers: \[-1\]"),
    "a shape of truths": (about(array(shape=[True])), r"no list of whole numbers: \[True\]"),
    "a shape of halves": (about(array(shape=[0.5])), r"no list of whole numbers: \[0.5\]"),
    "many axes": (about(array(shape=[1] * 65), b"1234"), "has 65 axes, expected at most 64"),
    "a wide shape of nothing": (about(array(shape=[0, 2**62, 2**62])), "an array has shape"),
    "a huge shape": (about(array(shape=[2**62, 2**62])), "has 85.* bytes, and 0 are left"),
    "a shape without an end": (about(array(shape=[2**62] * 64)), "an array of float32 .*461168"),
    "a length without an end": (about(array(shape=[10**300])), "no list of whole numbers"),
    "a name without an end": (about(array(dtype="\x1b" * 10**5)), "dtype has name"),
    "another field": (about(array(order="F"), b"12345678"), "has other fields than dtype, shape"),
    "too few numbers": (about(array(), b"1234"), "has 8 bytes, and 4 are left"),
    "too many numbers": (about(array(), b"123456789"), "1 bytes belong to no array"),
    "numbers of nobody": (about(None, b"1"), "1 bytes belong to no array"),
}


@pytest.mark.parametrize(("data", "why"), SPOILED.values(), ids=SPOILED.keys())
def test_what_is_no_message_is_refused_and_says_why(data, why):
    with pytest.raises(NoMessageError, match=why) as refused:
        unpack(io.BytesIO(data).read)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) <= 300


def test_nothing_is_the_end():
    with pytest.raises(EOFError):
        unpack(io.BytesIO().read)


def test_a_message_leaves_what_follows_it():
    stream = io.BytesIO(pack("a", 1) + pack("b", np.arange(3)) + b"x")
    assert unpack(stream.read) == ("a", 1)
    assert unpack(stream.read)[1].tolist() == [0, 1, 2]
    assert stream.read() == b"x"


def test_what_is_announced_takes_no_memory():
    asked = []
    stream = io.BytesIO(message(b"{}", size=wire.LONGEST_NUMBERS))
    with pytest.raises(NoMessageError, match="truncated: 0 bytes, expected"):
        unpack(lambda size: asked.append(size) or stream.read(size))
    assert max(asked) <= wire.AT_ONCE


def test_a_message_may_come_in_drops():
    x = random((4, 5), np.dtype(np.float32))
    stream = io.BytesIO(pack("token", x))
    assert unpack(lambda size: stream.read(1))[1].tobytes() == x.tobytes()


WHOLE = pack("token", {"returned": (np.arange(6.0).reshape(2, 3), None), "changed": {}})


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4))
def test_a_message_with_other_bytes_is_read_or_refused(changes):
    data = bytearray(WHOLE)
    for place, byte in changes:
        data[place] = byte
    with contextlib.suppress(NoMessageError):
        token, _ = unpack(io.BytesIO(bytes(data)).read)
        assert type(token) is str


@pytest.mark.parametrize("depth", [10, 100, 300, 400, 450, 480, 490, 900, 10**4])
def test_however_deep_a_message_is_it_is_read_or_refused(depth):
    items = b'{"items":[' * depth + b"]}" * depth
    found = None
    with contextlib.suppress(NoMessageError):
        found = unpack(io.BytesIO(message(b'{"token":"","said":%s}' % items)).read)[1]
        for _ in range(depth - 1):
            (found,) = found
    assert found == () or depth > 100


@pytest.mark.parametrize("end", range(1, len(WHOLE)))
def test_a_message_that_is_cut_is_refused(end):
    with pytest.raises(NoMessageError):
        unpack(io.BytesIO(WHOLE[:end]).read)


# ---- dtypes of numbers


@pytest.mark.parametrize(
    "name", ["object", "str", "float", "f4", "void", "finfo", "_finfo", 3, None]
)
def test_other_names_are_of_no_numbers(name):
    with pytest.raises(TypeError, match=r"dtype has name .*, expected that of numbers"):
        find_numbers(name)


def test_numbers_are_known_by_their_dtype():
    both = itertools.product([*NUMBERS, *LOW], "=S")
    assert all(is_of_numbers(find_numbers(name).newbyteorder(order)) for name, order in both)
    assert not any(
        is_of_numbers(np.dtype(code)) for code in ("O", "U3", "S3", "V4", "M8[s]", "f4,f4")
    )
