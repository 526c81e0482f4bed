"""Kernels that compute gates from raw numbers: the truth, its gradients, and mistakes that fail."""

from dataclasses import replace

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.parametrisations import CLOSED, FAR, OWN
from refmem.oracle.border.presets import FLA
from refmem.oracle.cases.case import find_case, find_rule, names_of
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.oracle.verdict.budget import expect
from refmem.oracle.verdict.gradients import expect_gradients
from tests.oracle import raw
from tests.oracle.raw import Kernel

ROWS = replace(FLA, scale="1", state_dtype="", gate="own")
SCAN = replace(ROWS, names={})

KERNELS = {
    "softplus": (
        "gated_delta",
        raw.gated_delta,
        {},
        replace(ROWS, gate="softplus", strength="sigmoid"),
    ),
    "softplus, no rate": (
        "gated_delta",
        raw.gated_delta,
        {},
        replace(ROWS, gate="softplus", strength="sigmoid", parameters=("dt_bias",)),
    ),
    "softplus by channel": (
        "kda",
        raw.gated_delta,
        {"most": 2},
        replace(ROWS, gate="softplus", strength="2-sigmoid"),
    ),
    "bounded": (
        "kda",
        raw.gated_delta,
        {"gate": "bounded"},
        replace(ROWS, gate="bounded", strength="sigmoid"),
    ),
    "normalises": (
        "gated_delta",
        raw.gated_delta,
        {"eps": 1e-3},
        replace(ROWS, gate="softplus", strength="sigmoid", norm="rsqrt", eps=1e-3),
    ),
    "logsigmoid": ("gla", raw.gla, {}, replace(ROWS, gate="logsigmoid", constants={"divisor": 16})),
    "logsigmoid of a logarithm": (
        "forgetting_attention",
        raw.forgetting,
        {},
        replace(SCAN, gate="logsigmoid"),
    ),
    "exp exp": ("rwkv6", raw.rwkv6, {}, replace(ROWS, names={"alpha": "w"}, gate="exp-exp")),
    "step": ("mamba2", raw.mamba2, {}, replace(SCAN, step="softplus")),
    "held step": (
        "mamba2",
        raw.mamba2,
        {"limits": (0.01, 0.2)},
        replace(SCAN, step="softplus", constants={"dt_min": 0.01, "dt_max": 0.2}),
    ),
    "epsilon": (
        "taylor_attention",
        raw.averaged,
        {"eps": 1e-4},
        replace(SCAN, takes_scale=False, denominator_eps=1e-4),
    ),
    "rate": ("mamba2", raw.mamba2, {"by_log": True}, replace(SCAN, step="softplus", rate="log")),
}
"""What is computed inside -> rule, kernel with its options, convention."""

MISTAKES = {
    "softplus": ("no bias", "no rate", "raw strength", "twice", "wrong side of 20"),
    "softplus by channel": ("no bias", "no rate"),
    "bounded": ("no bias", "no rate", "rate outside"),
    "normalises": ("k as it is", "eps of q"),
    "logsigmoid": ("no divisor",),
    "logsigmoid of a logarithm": ("no sigmoid",),
    "exp exp": ("one exp",),
    "step": ("no bias", "no softplus"),
    "held step": ("no limits", "no bias"),
    "epsilon": ("no eps",),
    "rate": ("A as it is",),
}

ROUNDINGS = 4 * 130
"""A few for each token of the longest case."""

STATELESS = ("forgetting_attention", "taylor_attention")
"""Rules whose kernels here take no state."""

WRONG = [(kernel, mistake) for kernel, some in MISTAKES.items() for mistake in some]


def first_case(rule):
    """Three tokens without a state where the kernel takes none, else two with one."""
    return f"{rule}/no-state/0" if rule in STATELESS else f"{rule}/ordinary/1"


def cases_of(rule):
    """A few of each kind."""
    if rule in STATELESS:
        return [first_case(rule), f"{rule}/no-state/1"]
    regimes = ("fine-numbers/0", "odd-sizes/0", "no-state/0", "mid-chunk-reset/1", "no-decay/1")
    known = names_of(find_rule(rule))
    return [first_case(rule), *(f"{rule}/{one}" for one in regimes if f"{rule}/{one}" in known)]


def target(kernel, mistake="", dtype=np.float32):
    rule, function, options, convention = KERNELS[kernel]
    candidate = Kernel(function, mistake=mistake, **options)
    lacks = Contract(lacks=("state",), returns=("out",)) if rule in STATELESS else Contract()
    return PythonCallable(candidate, rule, dtype, kernel, convention, contract=lacks)


def found(kernel, foreign, case):
    """The kernel in float64, its parts in refmem's layout."""
    _, function, options, convention = KERNELS[kernel]
    out, state = Kernel(function, **options).exact(**foreign, **scale_of(case))
    likes = expect(case, foreign, convention, np.float32).truth
    parts = {"out": out} | ({} if state is None else {"state": state})
    axes = {"out": ("T", "V"), "state": ("K", "V")}
    return {
        n: (convention.part_to_grammar(n, x, likes[n].shape, axes[n]), likes[n])
        for n, x in parts.items()
    }


def scale_of(case):
    return {"scale": case.options["scale"]} if "scale" in case.options else {}


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_gate_that_can_be_said_comes_back(kernel):
    """To 64 units in the last place of float64, or of a factor's logarithm; zero as exp(CLOSED)."""
    rule, _, _, convention = KERNELS[kernel]
    cases = [find_case(name) for name in names_of(find_rule(rule), [1])]
    plain = [one for one in cases if not {"lengths", "slots"} & one.inputs.keys()]
    said = [one for one in plain if not convention.unsayable(one)]
    assert len(said) > len(plain) / 2 or rule in STATELESS
    for case in said:
        back = convention.to_grammar(case, convention.to_foreign(case, np.float64), np.longdouble)
        for one in convention.spellings(case):
            if one.how is not OWN and not one.constants.get("dt_min"):
                asked = convention.for_heads(case).inputs[one.name]
                assert_comes_back(one.kind, asked, back[one.name])


def assert_comes_back(kind, x, y):
    if kind == "logarithm of a factor":
        x, y = np.exp(x), np.exp(y)
    size = 1 - np.log(np.maximum(x, np.exp(CLOSED))) if "factor" in kind else 1
    bound = 64 * np.finfo(float).eps * size * abs(x) + 2 * np.exp(-FAR)
    np.testing.assert_array_less(abs(x - y), bound)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_truth_is_the_formula(kernel):
    """Both in float64, of the same rounded raw numbers: a few roundings for each of the tokens."""
    for name in cases_of(KERNELS[kernel][0]):
        case = find_case(name)
        if KERNELS[kernel][3].unsayable(case):
            continue
        foreign = KERNELS[kernel][3].to_foreign(case, np.float32)
        for part, (x, true) in found(kernel, foreign, case).items():
            bound = ROUNDINGS * np.finfo(float).eps * abs(true).max()
            np.testing.assert_allclose(x, true, atol=bound, err_msg=f"{name} {part}")


@pytest.mark.parametrize("kernel", KERNELS)
def test_gradients_by_raw_numbers_are_complex_steps_of_the_formula(kernel):
    rule, _, _, convention = KERNELS[kernel]
    case = find_case(first_case(rule))
    candidate = target(kernel)
    backward = expect_gradients(case, convention, np.float32, stateless=bool(candidate.stateless))
    grads = candidate.function.vjp(**wide(backward.foreign), **scale_of(case))
    axes = convention.raw_axes(case)
    parameters = {one for spelling in convention.spellings(case) for one in spelling.parameters}
    assert parameters <= backward.expected.truth.keys() == axes.keys()
    for name, true in backward.expected.truth.items():
        x = convention.part_to_grammar(name, grads[convention.name(name)], true.shape, axes[name])
        bound = 8 * ROUNDINGS * np.finfo(float).eps * abs(true).max()  # back and forth, and sums
        np.testing.assert_allclose(x, true, atol=bound, err_msg=name)


def wide(arrays):
    return {name: x.astype(float) for name, x in arrays.items()}


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_right_kernel_conforms_with_its_gradients(kernel):
    rule = KERNELS[kernel][0]
    for name in (*cases_of(rule), first_case(rule).replace("/", "/gradient@", 1)):
        report = check(target(kernel), rule=rule, case=name)
        assert not report.failures, report.failures[0]
    assert report.conforms


@pytest.mark.parametrize(("kernel", "mistake"), WRONG)
def test_a_mistake_fails_and_so_do_its_gradients(kernel, mistake):
    rule = KERNELS[kernel][0]
    for name in (first_case(rule), first_case(rule).replace("/", "/gradient@", 1)):
        assert not check(target(kernel, mistake), rule=rule, case=name).conforms
