"""Lanes: numbers of one row that a kernel holds in registers and computes with at once.

A kernel that writes `answer += read * new` of lanes computes on 128 bytes of a row in one go: 32
entries of float32 or 16 of float64, which are two, four or eight registers of the processor. The
compiler makes vectors of loops over entries as well, but only of loops that it happens to see
through; lanes are vectors by definition, and stay in registers from one row to the next.

    zeros(x)                lanes of zeros, of the numbers of the array x
    load(row, start)        the entries of a row from `start` on; those beyond its end are zero
    store(row, start, y)    write lanes back; what lies beyond the row's end is dropped
    tile(rows, x)           memory with lanes for rows: `get(tile, i)`, `put(tile, i, y)`
    entry(row, i)           one number of a row
    + - *                   of lanes, or of a number and lanes
    fma(a, x, y)            a x + y, rounded once where the processor can
    total(y)                the sum of all lanes

Rows are contiguous.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import extending, njit, types
from numba.core import cgutils
from numba.extending import models, overload, register_model

BYTES = 128
"""Of one row's lanes. A tile of 128 rows then is a third of a first-level cache of 48 KiB, and two
registers of 64 bytes to a sum are enough to hide how long a sum takes."""

LINE = 64
"""Bytes of a line of the cache: a register that straddles two takes twice as long to store."""

INDEX = ir.IntType(32)

intrinsic: Any = extending.intrinsic
"""Decorates a function (typing, *types) -> the type of a call and how to generate it."""


class Lanes(types.Type):
    """The type of lanes of a kind of number."""

    def __init__(self, number: Any) -> None:
        self.number, self.bytes = number, number.bitwidth // 8
        self.count = BYTES // self.bytes
        super().__init__(f"Lanes({number})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Lanes as the compiler knows them: a vector."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:
        number = manager.lookup(lanes.number).get_value_type()
        super().__init__(manager, lanes, ir.VectorType(number, lanes.count))


def width(x: np.ndarray) -> int:
    """How many entries of an array's rows are lanes; for kernels and Python alike.

    >>> width(np.zeros(3, np.float32)), width(np.zeros(3))
    (32, 16)
    """
    return BYTES // x.itemsize


@overload(width, strict=False)
def _width(x: Any) -> Callable[..., int]:
    count = Lanes(x.dtype).count
    return lambda x: count


# ---- arithmetic


def _arithmetic(instruction: str, *operators: Any) -> None:
    @intrinsic
    def apply(typing: Any, x: Any, y: Any) -> Any:
        lanes = x if isinstance(x, Lanes) else y

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pairs = zip(signature.args, arguments, strict=True)
            x, y = (_spread(context, builder, lanes, kind, value) for kind, value in pairs)
            return getattr(builder, instruction)(x, y)

        return lanes(x, y), generate

    def choose(x: Any, y: Any) -> Any:
        return (lambda x, y: apply(x, y)) if Lanes in (type(x), type(y)) else None

    for each in operators:
        overload(each, strict=False)(choose)


_arithmetic("fadd", operator.add, operator.iadd)
_arithmetic("fsub", operator.sub, operator.isub)
_arithmetic("fmul", operator.mul, operator.imul)


@intrinsic
def fma(typing: Any, a: Any, x: Any, y: Any) -> Any:
    """A number or lanes `a`, times lanes, plus lanes: a fused multiply-add."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pairs = zip(signature.args, arguments, strict=True)
        values = [_spread(context, builder, y, kind, value) for kind, value in pairs]
        vector = context.get_value_type(y)
        return _llvm(builder, f"fmuladd.{_name(y)}", vector, values)

    return y(a, x, y), generate


@intrinsic
def total(typing: Any, y: Any) -> Any:
    """The sum of all lanes, by halves."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = context.get_value_type(y.number)
        values = ir.Constant(number, 0.0), *arguments
        return _llvm(builder, f"vector.reduce.fadd.{_name(y)}", number, values, ("reassoc",))

    return y.number(y), generate


def _name(lanes: Lanes) -> str:
    """What LLVM's intrinsics call these lanes."""
    return f"v{lanes.count}f{8 * lanes.bytes}"


def _llvm(
    builder: Any, name: str, result: Any, arguments: Sequence[Any], freedom: Sequence[str] = ()
) -> Any:
    """Call an intrinsic of LLVM, with some freedom to compute otherwise."""
    kind = ir.FunctionType(result, [x.type for x in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}")
    return builder.call(function, arguments, fastmath=freedom)


def _spread(context: Any, builder: Any, lanes: Lanes, kind: Any, value: Any) -> Any:
    """A number in every lane; lanes as they are."""
    if isinstance(kind, Lanes):
        return value
    return _everywhere(builder, context.cast(builder, value, kind, lanes.number), lanes.count)


def _everywhere(builder: Any, value: Any, count: int) -> Any:
    nothing = ir.Constant(ir.VectorType(value.type, count), ir.Undefined)
    first = builder.insert_element(nothing, value, INDEX(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(INDEX, count), None))


# ---- memory


@intrinsic
def zeros(typing: Any, x: Any) -> Any:
    """Lanes of zeros."""
    lanes = Lanes(x.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(context.get_value_type(lanes), None)

    return lanes(x), generate


@njit
def tile(rows: int, x: np.ndarray) -> np.ndarray:
    """Memory for lanes in every row, one row after another."""
    entries = rows * width(x)
    block: Any = np.empty(entries + LINE // x.itemsize, x.dtype)
    start = -block.ctypes.data % LINE // x.itemsize
    return block[start : start + entries]


@njit
def load(row: np.ndarray, start: int) -> Any:
    """The entries of a row from `start` on; those beyond its end are zero."""
    if start + width(row) <= row.size:
        return _load_all(row, start)
    return _load_some(row, start)


@njit
def store(row: np.ndarray, start: int, y: Any) -> None:
    """Write lanes to a row from `start` on, as far as it goes."""
    if start + width(row) <= row.size:
        _store_all(row, start, y)
    else:
        _store_some(row, start, y)


@intrinsic
def entry(typing: Any, row: Any, place: Any) -> Any:
    """One number of a row."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, place = arguments
        view = context.make_array(row)(context, builder, array)
        return builder.load(builder.gep(view.data, [place]))

    return row.dtype(row, types.intp), generate


@njit
def get(rows: np.ndarray, i: int) -> Any:
    """Row i of a tile."""
    return _load_all(rows, i * width(rows))


@njit
def put(rows: np.ndarray, i: int, y: Any) -> None:
    """Make lanes row i of a tile."""
    _store_all(rows, i * width(rows), y)


@intrinsic
def _load_all(typing: Any, row: Any, start: Any) -> Any:
    lanes = Lanes(row.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, _ = _place(context, builder, lanes, row, *arguments)
        return builder.load(place, align=lanes.bytes)

    return lanes(row, types.intp), generate


@intrinsic
def _store_all(typing: Any, row: Any, start: Any, y: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *row_and_start, value = arguments
        place, _ = _place(context, builder, y, row, *row_and_start)
        builder.store(value, place, align=y.bytes)
        return context.get_dummy_value()

    return types.none(row, types.intp, y), generate


@intrinsic
def _load_some(typing: Any, row: Any, start: Any) -> Any:
    lanes = Lanes(row.dtype)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, inside = _place(context, builder, lanes, row, *arguments)
        nothing = ir.Constant(context.get_value_type(lanes), None)
        arguments = place, INDEX(lanes.bytes), inside, nothing
        return _llvm(builder, f"masked.load.{_name(lanes)}.p0", nothing.type, arguments)

    return lanes(row, types.intp), generate


@intrinsic
def _store_some(typing: Any, row: Any, start: Any, y: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *row_and_start, value = arguments
        place, inside = _place(context, builder, y, row, *row_and_start)
        arguments = value, place, INDEX(y.bytes), inside
        _llvm(builder, f"masked.store.{_name(y)}.p0", ir.VoidType(), arguments)
        return context.get_dummy_value()

    return types.none(row, types.intp, y), generate


def _place(
    context: Any, builder: Any, lanes: Lanes, row: Any, array: Any, start: Any
) -> tuple[Any, Any]:
    """Where a row's lanes from `start` on are, and which of them lie inside the row."""
    view = context.make_array(row)(context, builder, array)
    vector = context.get_value_type(lanes)
    place = builder.bitcast(builder.gep(view.data, [start]), vector.as_pointer())
    rest = builder.sub(builder.extract_value(view.shape, 0), start)
    number = ir.Constant(ir.VectorType(rest.type, lanes.count), list(range(lanes.count)))
    return place, builder.icmp_signed("<", number, _everywhere(builder, rest, lanes.count))
