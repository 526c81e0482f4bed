"""For the test suite of a kernel: does it compute the memory it says it does?

    import pytest, refmem.testing
    from refmem.oracle.border.presets import FLA

    @pytest.mark.parametrize(**refmem.testing.cases("gated_delta", convention=FLA))
    def test_my_kernel(case):
        refmem.testing.assert_conforms(my_kernel, case=case, convention=FLA, dtype="bfloat16")

The kernel is called with arrays by the convention's names and returns (out, state). A kernel from
the outside, in (batch, T, heads, channels), with the gate as a natural logarithm:

>>> import refmem.testing
>>> def kernel(q, k, v, g, beta, initial_state=None, scale=None):
...     S = np.zeros((*k.shape[::2], k.shape[3], v.shape[3]), np.float32)
...     S = S if initial_state is None else initial_state.copy()
...     out = np.zeros(v.shape, v.dtype)
...     scale = np.float32(k.shape[3] ** -0.5 if scale is None else scale)
...     for t in range(k.shape[1]):
...         S = S * np.exp(g[:, t, :, None, None])
...         error = v[:, t] - (k[:, t, :, :, None] * S).sum(2)
...         S = S + k[:, t, :, :, None] * (beta[:, t, :, None] * error)[:, :, None]
...         out[:, t] = (q[:, t, :, :, None] * S).sum(2) * scale
...     return out, S
>>> case = "gated_delta/ordinary/2"
>>> assert_conforms(kernel, case=case, convention="fla", dtype="float32")
>>> forgetful = lambda g, **others: kernel(g=g * 0, **others)
>>> assert_conforms(forgetful, case=case, convention="fla")  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
AssertionError: <lambda> does not conform: 1 of 1 cases failed
    gated_delta/ordinary/2: out: row error ..., allowed ..., first bad token 0, head (0, 0), ...
<BLANKLINE>
<lambda>: output and state equal gated_delta with the gate ignored: nothing is forgotten (...), ...
look at the branch that is taken when a gate is given
seen before: ...

A gradient is checked as well if there is a function of the same arguments, and of dout and dstate,
that returns gradients by the names of the inputs:

>>> def gradient(dout, dstate, **inputs):
...     return refmem.delta.vjp(**inputs, dout=dout, dstate=dstate)._asdict()
>>> assert_conforms(refmem.delta, case="delta/ordinary/2", grad=gradient)

Array code of torch, JAX or NumPy can be proven, for all numbers and without a tolerance
(docs/proofs.md):

>>> assert_proven(kernel, "gated_delta", convention="fla", shapes=["ordinary/1", "no-state/0"])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from unittest import SkipTest

import numpy as np

from refmem.memory.rule import Rule
from refmem.oracle.border.arrays import bfloat16
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.files import convention_from
from refmem.oracle.cases.case import described, find_case, find_rule, names_of
from refmem.oracle.check import check
from refmem.oracle.explain.backward import diagnose_gradients
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.explain.once import diagnose_once
from refmem.oracle.plan import expect_one_choice
from refmem.oracle.proof.prove import PROVEN, prove
from refmem.oracle.show.proofs import told
from refmem.oracle.smoke import smoke_cases
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.oracle.targets.running import outside
from refmem.oracle.verdict.laws import gradient_of, is_gradient
from refmem.oracle.verdict.outcomes import FAILED, REFUSED, Outcome, coverage
from refmem.support.arguments import ChoiceError

LISTED = 12
"""How many failures a message has."""


def assert_conforms(
    fn: Callable[..., Any],
    rule: str | Rule | None = None,
    *,
    case: str | None = None,
    seeds: Iterable[int] | None = None,
    smoke: bool = False,
    convention: str | Convention = REFMEM,
    dtype: Any = "float32",
    library: str = "numpy",
    grad: bool | Callable[..., Any] = False,
    **contract: Any,
) -> None:
    """Raise AssertionError unless a kernel conforms to a rule: where it departs, and diagnosed.

    fn          called with every input by name; returns (out, state)
    rule, case, seeds   a rule or its name, or a case's; only these seeds of every regime
    smoke       only the cases of the rule that find the most mistakes, which takes a second or two
    convention  how it takes its arrays: a value, or a preset's name, a file of facts, module:NAME
    dtype       of its inputs and results: "bfloat16", "float16", "float32" or "float64"
    library     whose arrays it takes: "numpy", "torch", "jax" or "mlx"
    grad        True for gradients as well: by autograd, or by an attribute vjp of a NumPy function;
                or what gives them, called with the same and dout, dstate: name -> gradient
    contract    what it lacks, returns and promises, in the words of `Contract`: lacks=("state",),
                returns=("out",), multiple=64, square=True, ...

    Nothing run is not conforming, and of a whole rule, too little run is not, but with `smoke`. A
    case that can show nothing in the dtype, because its rounding hides what an input does, is left
    out; alone, it raises SkipTest, which pytest shows as skipped. A kernel of which one case after
    another fails is diagnosed once, by what it does in the cases of `smoke` too.
    ValueError says what is wrong with the call.
    """
    rule = None if rule is None else find_rule(rule).path
    expect_one_choice(rule, case, seeds, smoke)
    rule = find_case(case).rule.path if case is not None and rule is None else rule
    if rule is None:
        raise ChoiceError("assert_conforms: rule has no value, expected a rule's name, or a case's")
    names = [case] if case is not None else _names(rule, seeds, smoke)
    vjp = grad if callable(grad) else None
    target = _target(fn, rule, convention, dtype, library, vjp, **contract)
    outcomes = _checked(target, names)
    if case is not None and outcomes[0].status == REFUSED:
        raise SkipTest(f"{outcomes[0].reason} in {target.dtype}")
    run = [one for one in outcomes if one.judged]
    if not run:
        raise AssertionError(f"{target.name}: nothing was run: {outcomes[0].reason}")
    if grad:
        run += _checked(target, [gradient_of(one.case) for one in run])
    if any(one.status == FAILED for one in run):
        raise AssertionError(_message(target, run, alone=case is not None))
    looked_at = coverage(outcomes, target.contract.lacks)
    if case is None and not smoke and not looked_at.enough:
        raise AssertionError(f"{target.name}: too little was looked at: {looked_at}")


def assert_proven(
    fn: Callable[..., Any],
    rule: str | Rule,
    *,
    convention: str | Convention = REFMEM,
    library: str = "",
    shapes: Iterable[str] = (),
    grad: bool = False,
    **contract: Any,
) -> None:
    """Raise AssertionError unless array code is proven to be a rule: what it is instead.

    fn, rule, convention, contract   as for `assert_conforms`
    library     "torch", "jax" or "numpy"; found out unless given
    shapes      names of cases, such as "ordinary/4", in place of those where bugs live
    grad        True for its gradients, in place of its results
    """
    proof = prove(
        fn,
        rule,
        convention=convention,
        library=library,
        shapes=shapes,
        gradients=grad,
        **contract,
    )
    if proof.verdict != PROVEN:
        raise AssertionError(told(proof))


def _names(rule: str, seeds: Iterable[int] | None, smoke: bool) -> list[str]:
    return smoke_cases(rule) if smoke else names_of(find_rule(rule), seeds)


def _checked(target: PythonCallable, names: Iterable[str]) -> list[Outcome]:
    reports = (check(target, rule=target.rules[0], case=name) for name in names)
    return [one for report in reports for one in report.outcomes]


def _message(target: PythonCallable, run: Sequence[Outcome], alone: bool) -> str:
    """The failures, and what they were diagnosed as.

    alone   whether it is one case of a suite, of which the others are asked one by one
    """
    failed = [one for one in run if one.status == FAILED]
    title = f"{target.name} does not conform: {len(failed)} of {len(run)} cases failed"
    lines = [f"    {described(one.case)}: {one.reason}" for one in failed[:LISTED]]
    if alone:
        said = diagnose_once(target, failed, lambda: _looked_at(target, failed))
    else:
        said = [*diagnose(target, run), *diagnose_gradients(target, run)]
    return "\n".join([title, *lines, *(f"\n{one}" for one in said)])


def _looked_at(target: PythonCallable, failed: Sequence[Outcome]) -> list[Outcome]:
    """What the kernel does in a few other cases, or by its gradients if these failed."""
    names = smoke_cases(target.rules[0])
    backward = any(is_gradient(one.case) for one in failed)
    return _checked(target, [gradient_of(name) for name in names] if backward else names)


def cases(
    rule: str | Rule,
    seeds: Iterable[int] | None = None,
    convention: str | Convention = REFMEM,
    smoke: bool = False,
    **contract: Any,
) -> dict[str, Any]:
    """Arguments of `pytest.mark.parametrize`: every case of a rule that a convention can say.

    With `smoke`, only those that find the most mistakes.
    A rule outside refmem is given itself, or as "module:rule".

    >>> cases("delta", seeds=[0])["argnames"], cases("delta", seeds=[0])["ids"][:2]
    ('case', ['ordinary/0', 'empty/0'])
    """
    target = _target(lambda **inputs: None, rule, convention, "float32", "numpy", **contract)
    names = [
        name
        for name in _names(target.rules[0], seeds, smoke)
        if not outside(target, target.name, find_case(name))
    ]
    ids = [name.partition("/")[2] for name in names]
    return {"argnames": "case", "argvalues": names, "ids": ids}


def _target(
    fn: Callable[..., Any],
    rule: str | Rule,
    convention: str | Convention,
    dtype: Any,
    library: str,
    grad: Callable[..., Any] | None = None,
    **contract: Any,
) -> PythonCallable:
    kind = bfloat16() if dtype == "bfloat16" else np.dtype(dtype)
    words: Any = {n: tuple(x) if isinstance(x, list) else x for n, x in contract.items()}
    told, chosen = Contract(**words), convention_from(convention)
    return PythonCallable(
        fn, rule, kind, convention=chosen, library=library, contract=told, vjp=grad
    )
