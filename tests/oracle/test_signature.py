"""What a function will be called with: the shapes of real cases, and the words."""

import re
from math import prod

import numpy as np
import pytest

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.border.facts import with_facts
from refmem.oracle.border.layouts import JOINED
from refmem.oracle.border.presets import ATTENTION_GYM, FLA, PRESETS
from refmem.oracle.border.signature import describe_call
from refmem.oracle.cases.case import find_case, find_rule, names_of
from refmem.oracle.targets.running import unsayable

RULES = ("gated_delta", "kda", "softmax_attention", "mamba2", "gated_delta_product", "moe", "gsa")
NAMES = [
    name
    for rule in RULES
    for name in names_of(find_rule(rule), [1])
    if name.split("/")[1] in ("ordinary", "grouped-queries", "grouped-values")
]
SAYABLE = [
    (name, preset)
    for name in NAMES
    for preset in PRESETS
    if not unsayable(PRESETS[preset], find_case(name))
]


def rows_of(rule, convention, dtype="float32", **lacks):
    found = describe_call(find_rule(rule), convention, dtype, **lacks)
    return {row.name: row for row in found.arguments}


def lengths(case):
    """The lengths that the letters stand for."""
    found = {"B": 2, "H": 2, "HQ": 2, "HV": 2, "n": 2, "1": 1}
    found |= {
        {"queries": "HQ", "values": "HV"}.get(case.regime.sharing, "HQ"): 6
        if case.regime.sharing
        else 2
    }
    for name, axes in case.axes.items():
        own = case.inputs[name].shape[case.inputs[name].ndim - len(axes) :]
        found |= {axis: n for axis, n in zip(axes, own, strict=True) if "*" not in axis}
    return found | {"N": 2 * found["T"]}


def in_numbers(shape, letters):
    axes = re.findall(r"[\w*]+", shape)
    return tuple(prod(letters[one] for one in axis.split("*")) for axis in axes)


@pytest.mark.parametrize(("name", "preset"), SAYABLE)
def test_the_shapes_are_those_of_a_case(name, preset):
    case, convention = find_case(name), PRESETS[preset]
    rows = rows_of(case.rule.name, convention, "float16")
    foreign = convention.to_foreign(case, np.float16)
    assert (foreign.pop(convention.name("lengths"), None) is None) == (
        convention.layout not in JOINED
    )
    fields = {convention.name(one) for one in case.axes if one.startswith("state.")}
    assert foreign.keys() - fields <= rows.keys()
    for theirs in foreign.keys() - fields:
        x = foreign[theirs]
        if convention.layout == "grammar" and case.regime.sharing:
            x = x.reshape(x.shape[0], -1, *x.shape[3:])  # heads are two axes there
        letters = lengths(case)
        if rows[theirs].of in convention.every_head:
            letters["HV"] = max(letters["HV"], letters["HQ"])
        shape = in_numbers(rows[theirs].shape, letters)
        assert (shape, rows[theirs].dtype) == (x.shape, x.dtype.name), theirs


def test_raw_numbers_and_their_units():
    facts = {"gate": "bounded", "strength": "2-sigmoid", "dtypes": {"A_log": "float32"}}
    rows = rows_of("kda", with_facts(FLA, facts | {"norm": "max", "eps": 1e-6}), "float16")
    assert rows["g"].says == "alpha is exp(-5 sigmoid(exp(A_log) (g + dt_bias)))"
    assert rows["beta"].says == "beta is 2 sigmoid(raw beta)"
    assert rows["q"].says == "query, normalised inside: x / max(|x|, 1e-06)"
    assert (rows["A_log"].shape, rows["A_log"].dtype) == ("(HV,)", "float32")
    assert (rows["dt_bias"].shape, rows["dt_bias"].dtype) == ("(HV, K)", "float16")
    fewer = rows_of("kda", with_facts(FLA, {"gate": "softplus", "parameters": []}))
    assert fewer["g"].says == "alpha is exp(-softplus(g))"
    assert not {"A_log", "dt_bias"} & fewer.keys()


@pytest.mark.parametrize(
    ("gate", "alpha", "log_alpha"),
    [
        ("own", "factor in [0, 1]", "logarithm of a factor"),
        ("log", "natural logarithm of a factor in [0, 1]", "natural logarithm of a factor"),
        ("log2", "base-2 logarithm of a factor in [0, 1]", "base-2 logarithm of a factor"),
        ("factor", "factor in [0, 1]", "factor"),
        (
            "logsigmoid",
            "alpha is sigmoid(raw alpha)^(1/1)",
            "log_alpha is the logarithm of sigmoid(raw log_alpha)^(1/1)",
        ),
    ],
)
def test_every_space_of_a_gate_is_said(gate, alpha, log_alpha):
    convention = with_facts(REFMEM, {"gate": gate})
    assert rows_of("gated_delta", convention)["alpha"].says == alpha
    assert rows_of("forgetting_attention", convention)["log_alpha"].says == log_alpha


def test_what_is_lacking_is_left_out_of_arguments_and_results():
    found = describe_call(
        find_rule("softmax_attention"), ATTENTION_GYM, "float32", lacks=["state", "sink", "window"]
    )
    assert not {"state", "sink", "window"} & {row.name for row in found.arguments}
    assert [row.name for row in found.returns] == ["out"]


def test_states_options_and_what_is_always_passed():
    convention = with_facts(FLA, {"extra": {"output_final_state": True}})
    rows = rows_of("gated_delta_product", convention)
    assert rows["output_final_state"].says == "always True"
    assert rows["n"].says == "option; 2 where it is not passed"
    assert rows["scale"].says == "a number; 1/sqrt(K) where it is not passed"
    assert not rows["initial_state"].needed
    assert rows_of("titans", REFMEM)["state"].says.endswith("as refmem.titans has it")
    cache = rows_of("forgetting_attention", REFMEM)["state"].says
    assert cache.endswith("Cache of key (B, HV, P, K), value (B, HV, P, V), log_alpha (B, HV, P)")


def test_notes_say_what_no_shape_can():
    hf = describe_call(find_rule("gated_delta"), PRESETS["hf"], "float32")
    assert hf.notes == (
        "value head h uses key head h // (HV / H)",
        "reads are scaled by 1/sqrt(K), which is no argument",
    )
    tiled = with_facts(REFMEM, {"heads": "tile", "denominator_eps": 1e-6})
    assert describe_call(find_rule("taylor_attention"), tiled, "float32").notes == (
        "value head h uses key head h % H",
        "query head h uses key head h % H",
        "either HQ or HV is H; outputs have the greater of both",
        "1e-06 is added to the denominator",
    )


def test_results_have_the_shape_of_the_convention():
    out, state = describe_call(find_rule("gated_delta"), PRESETS["mlx"], "float16").returns
    assert (out.name, out.shape, out.dtype) == ("out", "(B, T, HV, V)", "float16")
    assert (state.name, state.shape, state.dtype) == ("state", "(B, HV, V, K)", "float32")
    assert state.says == "memory after the last token"
