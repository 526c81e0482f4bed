"""A JAX function on residues: its jaxpr, equation by equation.

What only moves entries is run by JAX itself on an array of positions, and the positions are looked
up. Loops and branches are run as they are; what they depend on must be known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.proof import residues as n
from refmem.oracle.proof.aten.numbers import and_, or_, triangular
from refmem.oracle.proof.notes import NotAlgebraicError, Notes, UnsupportedError
from refmem.oracle.proof.residues import is_residues, lift
from refmem.support.extras import optional

MOVES = (
    "broadcast_in_dim", "reshape", "transpose", "squeeze", "expand_dims", "slice", "dynamic_slice",
    "rev", "copy", "copy_p", "gather", "concatenate", "dynamic_update_slice", "pad", "split",
    "scatter", "stop_gradient", "reduce_precision", "select_and_gather_add",
)  # fmt: skip
"""Primitives that move entries of their operands, and may add constants."""

INNER = {
    "pjit": "jaxpr",
    "jit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "remat": "jaxpr",
    "checkpoint": "jaxpr",
    "remat2": "jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
}
"""Primitives that are a jaxpr of their own -> the parameter that has it."""


def _dot(x: Any, y: Any, dimension_numbers: Any, **_: Any) -> Any:
    (xc, yc), (xb, yb) = dimension_numbers
    x, y = lift(x), lift(y)
    xf = [a for a in range(x.ndim) if a not in (*xc, *xb)]
    yf = [a for a in range(y.ndim) if a not in (*yc, *yb)]
    batch, one, other = [x.shape[a] for a in xb], [x.shape[a] for a in xf], [y.shape[a] for a in yf]
    left = np.transpose(x, (*xb, *xf, *xc)).reshape(*batch, math.prod(one), -1)
    right = np.transpose(y, (*yb, *yc, *yf)).reshape(*batch, -1, math.prod(other))
    if not left.size or not right.size:
        return n.zeros((*batch, *one, *other))
    return n.matmul(left, right).reshape(*batch, *one, *other)


def _cast(x: Any, new_dtype: Any, **_: Any) -> Any:
    if np.dtype(new_dtype).kind in "biu":
        raise NotAlgebraicError("a number made a whole one")
    return x


def _select(which: Any, *cases: Any, **_: Any) -> Any:
    if len(cases) == 2 and (is_residues(which) or which.dtype == bool):
        return n.where(which, cases[1], cases[0])
    out = lift(cases[0])
    for place, case in enumerate(cases):
        out = np.where(np.asarray(which) == place, lift(case), out)
    return out


def _reduced(combine: Callable[..., Any]) -> Callable[..., Any]:
    def handler(x: Any, axes: Any, **_: Any) -> Any:
        for axis in sorted(axes, reverse=True):
            x = combine(lift(x), axis)
        return x

    return handler


def _running(combine: Callable[..., Any]) -> Callable[..., Any]:
    def handler(x: Any, axis: int, reverse: bool = False, **_: Any) -> Any:
        x = np.flip(lift(x), axis) if reverse else lift(x)
        out = n.accumulate(np.array(x), axis, combine)
        return np.flip(out, axis) if reverse else out

    return handler


def _solve_triangular(a: Any, b: Any, left_side: bool, lower: bool, transpose_a: Any,
                      unit_diagonal: bool, **_: Any) -> Any:  # fmt: skip
    a, b = lift(a), lift(b)
    if transpose_a:
        a, lower = np.swapaxes(a, -1, -2), not lower
    return triangular(a, b, not lower, left_side, unit_diagonal)


def _scatter_add(x: Any, indices: Any, updates: Any, primitive: Any, params: Any) -> Any:
    """Sums at places; a place that is met several times needs a sum of its own."""
    places = _positions(primitive, params, x, indices, updates)
    flat = np.concatenate([lift(x).ravel(), lift(updates).ravel()])
    hit = places >= x.size
    return np.where(hit, n.add(lift(x), flat[np.where(hit, places, 0)]), lift(x))


def _positions(primitive: Any, params: Any, x: Any, indices: Any, updates: Any) -> np.ndarray:
    jax = optional("jax")
    counted = jax.lax.scatter_add_p.bind(
        np.zeros(x.shape, np.int32), indices, np.ones(updates.shape, np.int32), **params
    )
    if (np.asarray(counted) > 1).any():
        raise NotAlgebraicError("a sum into one place several times")
    own = {**params, "update_jaxpr": None, "update_consts": ()}
    start = np.arange(x.size, dtype=np.int32).reshape(x.shape)
    more = np.arange(updates.size, dtype=np.int32).reshape(updates.shape) + x.size
    return np.asarray(jax.lax.scatter_p.bind(start, indices, more, **own))


TABLE: dict[str, Callable[..., Any]] = {
    "add": lambda x, y, **_: n.add(x, y),
    "add_any": lambda x, y, **_: n.add(x, y),
    "sub": lambda x, y, **_: n.subtract(x, y),
    "mul": lambda x, y, **_: n.multiply(x, y),
    "div": lambda x, y, **_: n.divide(x, y),
    "neg": lambda x, **_: n.negative(x),
    "square": lambda x, **_: n.multiply(x, x),
    "integer_pow": lambda x, y, **_: n.power(x, y),
    "pow": lambda x, y, **_: n.power(x, y if is_residues(y) else float(np.unique(y)[0])),
    "exp": lambda x, **_: n.exp(x),
    "log": lambda x, **_: n.log(x),
    "exp2": lambda x, **_: n.exp(n.multiply(lift(x), math.log(2))),
    "log1p": lambda x, **_: n.log(n.add(1, x)),
    "expm1": lambda x, **_: n.subtract(n.exp(x), 1),
    "logistic": lambda x, **_: n.sigmoid(x),
    "tanh": lambda x, **_: n.tanh(x),
    "sqrt": lambda x, **_: n.square_root(lift(x)),
    "rsqrt": lambda x, **_: n.divide(1, n.square_root(lift(x))),
    "erf": lambda x, **_: n.function("erf", x),
    "sin": lambda x, **_: n.function("sin", x),
    "cos": lambda x, **_: n.function("cos", x),
    "abs": lambda x, **_: n.absolute(x),
    "max": lambda x, y, **_: n.maximum(x, y),
    "min": lambda x, y, **_: n.minimum(x, y),
    "clamp": lambda least, x, most, **_: n.minimum(n.maximum(x, least), most),
    "reduce_sum": lambda x, axes, **_: n.total(lift(x), tuple(axes)),
    "reduce_max": _reduced(n.largest),
    "reduce_min": lambda x, axes, **_: n.negative(_reduced(n.largest)(n.negative(x), axes)),
    "reduce_prod": _reduced(n.product),
    "cumlogsumexp": lambda x, **axis: n.log(_running(n.add)(n.exp(x), **axis)),
    "cumsum": _running(n.add),
    "cumprod": _running(n.multiply),
    "cummax": _running(n.maximum),
    "dot_general": _dot,
    "convert_element_type": _cast,
    "select_n": _select,
    "triangular_solve": _solve_triangular,
    "eq": lambda x, y, **_: n.equal(x, y),
    "ne": lambda x, y, **_: n.not_(n.equal(x, y)),
    "lt": lambda x, y, **_: n.less(x, y),
    "gt": lambda x, y, **_: n.less(y, x),
    "ge": lambda x, y, **_: n.not_(n.less(x, y)),
    "le": lambda x, y, **_: n.not_(n.less(y, x)),
    "not": lambda x, **_: n.not_(x),
    "and": lambda x, y, **_: and_(x, y),
    "or": lambda x, y, **_: or_(x, y),
    "is_finite": lambda x, **_: ~n.odd_entries(lift(x)),
}
"""Name of a primitive -> what it does to residues; parameters come by name."""

GUESSED = ("max", "min", "reduce_max", "reduce_min", "cummax", "clamp", "abs", "sqrt", "rsqrt",
           "erf", "sin", "cos", "eq", "ne", "lt", "gt", "le", "ge")  # fmt: skip


class Interpreter:
    """Runs jaxprs on residues."""

    def __init__(self, notes: Notes) -> None:
        self.notes, self.literal = notes, optional("jax.extend.core").Literal
        self.source = optional("jax._src.source_info_util")

    def run(self, jaxpr: Any, consts: Any, arguments: Any) -> list[Any]:
        """The outputs of a jaxpr."""
        known: dict[Any, Any] = {}

        def value(atom: Any) -> Any:
            return np.asarray(atom.val) if isinstance(atom, self.literal) else known[atom]

        known.update(zip(jaxpr.constvars, consts, strict=True))
        known.update(zip(jaxpr.invars, arguments, strict=True))
        for equation in jaxpr.eqns:
            self.notes.step()
            found = self.equation(equation, [value(atom) for atom in equation.invars])
            known.update(zip(equation.outvars, found, strict=True))
        return [value(atom) for atom in jaxpr.outvars]

    def equation(self, equation: Any, given: list[Any]) -> list[Any]:
        """The outputs of one equation."""
        name, params = equation.primitive.name, equation.params
        inner = self.inner(name, params, given, equation)
        if inner is not None:
            return inner
        if not any(map(is_residues, given)):
            return self._by_jax(equation, given)
        for x in given:
            if not is_residues(x) and np.asarray(x).dtype.kind == "f":
                self.notes.constants_in(np.asarray(x, float))
        try:
            if name in MOVES:
                return self._moved(equation, given)
            if name == "scatter-add" or name == "scatter_add":
                x, indices, updates = given
                return [_scatter_add(x, indices, updates, equation.primitive, params)]
            if name not in TABLE:
                raise NotAlgebraicError("an operation that has no rule here")
            if name == "convert_element_type":
                self._note_cast(equation)
            if name in GUESSED:
                self.notes.unknown.setdefault(f"lax.{name}", self._line(equation))
            found = TABLE[name](*given, **params)
        except NotAlgebraicError as error:
            raise UnsupportedError(f"lax.{name} is {error}, {self._line(equation)}") from error
        self._check(name, given, found, equation)
        return [found]

    def inner(self, name: str, params: Any, given: list[Any], equation: Any) -> list[Any] | None:
        """Of an equation that runs other jaxprs, its outputs."""
        if name in INNER:
            closed = params[INNER[name]]
            return self.run(getattr(closed, "jaxpr", closed), getattr(closed, "consts", ()), given)
        if name == "scan":
            return self._scan(given, **params)
        if name == "while":
            return self._while(given, equation, **params)
        if name == "cond":
            if is_residues(given[0]):
                raise UnsupportedError(f"a branch that depends on a number, {self._line(equation)}")
            branches = params["branches"]
            chosen = branches[int(np.clip(int(given[0]), 0, len(branches) - 1))]
            return self.run(chosen.jaxpr, chosen.consts, given[1:])
        return None

    def _scan(self, given: list[Any], jaxpr: Any, length: int, reverse: bool, num_consts: int,
              num_carry: int, **_: Any) -> list[Any]:  # fmt: skip
        consts, carry = given[:num_consts], given[num_consts : num_consts + num_carry]
        rows, outs = given[num_consts + num_carry :], []
        for t in reversed(range(length)) if reverse else range(length):
            found = self.run(jaxpr.jaxpr, jaxpr.consts, [*consts, *carry, *(x[t] for x in rows)])
            carry = found[:num_carry]
            outs.append(found[num_carry:])
        outs = outs[::-1] if reverse else outs
        stacked = [np.stack([lift(x) if any(map(is_residues, y)) else x for x in y])
                   for y in zip(*outs, strict=True)]  # fmt: skip
        return [*carry, *stacked]

    def _while(self, given: list[Any], equation: Any, cond_jaxpr: Any, body_jaxpr: Any,
               cond_nconsts: int, body_nconsts: int, **_: Any) -> list[Any]:  # fmt: skip
        own, rest = given[:cond_nconsts], given[cond_nconsts:]
        consts, carry = rest[:body_nconsts], rest[body_nconsts:]
        while True:
            (again,) = self.run(cond_jaxpr.jaxpr, cond_jaxpr.consts, [*own, *carry])
            if is_residues(again):
                raise UnsupportedError(f"a loop that ends by a number, {self._line(equation)}")
            if not again:
                return carry
            carry = self.run(body_jaxpr.jaxpr, body_jaxpr.consts, [*consts, *carry])

    def _by_jax(self, equation: Any, given: list[Any]) -> list[Any]:
        bound = equation.primitive.get_bind_params(equation.params)
        functions, params = bound if isinstance(bound, tuple) else ((), bound)  # before jax 0.10
        found = equation.primitive.bind(*functions, *given, **params)
        return [np.asarray(x) for x in (found if equation.primitive.multiple_results else [found])]

    def _moved(self, equation: Any, given: list[Any]) -> list[Any]:
        """What JAX does to positions, done to entries; operands that only place them are known."""
        numbers = [x for x in given if is_residues(x) or np.asarray(x).dtype.kind == "f"]
        flat = np.concatenate([lift(x).ravel() for x in numbers] + [n.zeros(1)])
        start, positions = 0, []
        for x in given:
            if is_residues(x) or np.asarray(x).dtype.kind == "f":
                places = np.arange(start, start + np.size(x), dtype=np.int32)
                positions.append(places.reshape(np.shape(x)))
                start += int(np.size(x))
            else:
                positions.append(np.asarray(x))
        found = self._by_jax(equation, positions)
        return [flat[np.where((x < 0) | (x > start), start, x)] for x in found]

    def _note_cast(self, equation: Any) -> None:
        was, now = equation.invars[0].aval.dtype, np.dtype(equation.params["new_dtype"])
        if now.itemsize < was.itemsize:
            self.notes.casts.setdefault(now.name, self._line(equation))

    def _check(self, name: str, given: list[Any], found: Any, equation: Any) -> None:
        if is_residues(found) and (found["kind"] == n.NAN).any():
            old = any(is_residues(x) and (x["kind"] == n.NAN).any() for x in given)
            if not old:
                self.notes.undefined.append(f"lax.{name}, {self._line(equation)}")

    def _line(self, equation: Any) -> str:
        said = str(self.source.summarize(equation.source_info)).split(" ")[0]
        return ":".join(said.rsplit("/", 1)[-1].split(":")[:2])


def run_jax(
    function: Callable[..., Any], inputs: dict[str, Any], arrays: dict[str, Any], notes: Notes
) -> list[Any]:
    """What a function returns as residues, in order."""
    jax = optional("jax")
    closed = jax.make_jaxpr(function)(**arrays)
    names = jax.tree_util.tree_leaves({name: name for name in arrays})
    given = [inputs[name] for name in names]
    return Interpreter(notes).run(closed.jaxpr, closed.consts, given)
