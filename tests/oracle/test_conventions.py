"""What goes to a foreign kernel comes back as it was, in every convention."""

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refmem.oracle.border.conventions import ALLOWED, NORMS, REFMEM, SCALES, Convention
from refmem.oracle.border.layouts import (
    JOINED,
    LAYOUTS,
    STATE,
    is_timed,
    join,
    pack,
    packed_shape,
    part,
    unpack,
)
from refmem.oracle.border.presets import (
    ATTENTION_GYM,
    FLA,
    FLASHINFER,
    GGML,
    MLX,
    ONNX,
    PRESETS,
)
from refmem.oracle.cases.case import checkable_rules, find_case, names_of
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.targets.running import unsayable

GATED = ("gated_delta", "kda", "delta", "forgetting_attention", "rwkv6")
CASES = [name for rule in GATED for name in names_of(checkable_rules()[rule])]
SEEDED = [find_case(n) for rule in GATED for n in names_of(checkable_rules()[rule], [1])]
AXES = (("T", "K"), ("T",), STATE)
OTHERS = [layout for layout in LAYOUTS if layout not in ("grammar", *JOINED)]


@dataclass
class Passed:
    """Inputs of a call that is no case."""

    inputs: dict
    axes: dict
    kinds: dict = field(default_factory=dict)


@st.composite
def conventions(draw):
    """Any convention that does not normalise."""
    return Convention(
        names={name: f"their_{name}" for name in draw(st.sets(st.sampled_from("qkv")))},
        layout=draw(st.sampled_from(LAYOUTS)),
        state_layout=draw(st.sampled_from(("kv", "vk"))),
        gate=draw(st.sampled_from(("own", "factor", "log", "log2"))),
        scale=draw(st.sampled_from(SCALES)),
        heads=draw(st.sampled_from(("repeat", "tile"))),
        every_head=draw(st.sampled_from(((), ("beta",), ("alpha", "beta", "state")))),
        state_dtype=draw(st.sampled_from(("", "float32", "wide"))),
    )


@st.composite
def arrays(draw):
    axes = draw(st.sampled_from(AXES))
    shape = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(2, 3)))]
    shape += [draw(st.integers(0, 4)) for _ in axes]
    return axes, np.arange(np.prod(shape), dtype=float).reshape(shape)


@given(case=arrays(), layout=st.sampled_from(OTHERS), heads=st.sampled_from(("repeat", "tile")))
def test_packing_round_trips(case, layout, heads):
    axes, x = case
    y = pack(x, axes, layout, heads)
    assert y.shape == packed_shape(x.shape, axes, layout, heads)
    assert np.array_equal(unpack(y, x.shape, axes, layout, heads), x)


@given(case=arrays(), heads=st.sampled_from(("repeat", "tile")))
def test_packing_moves_entries_where_the_convention_says(case, heads):
    axes, x = case
    y = pack(x, axes, "packed", heads)
    among = x.shape[1 : x.ndim - len(axes)]
    for index in np.ndindex(x.shape):
        batch, head, own = index[0], index[1 : 1 + len(among)], index[1 + len(among) :]
        h = place_of(head, among, heads)
        if axes == STATE:
            assert y[batch, h, *own] == x[index]
        elif axes == ("T",):
            assert y[batch, own[0], h] == x[index]
        else:
            assert y[batch, own[0], h * x.shape[-1] + own[1]] == x[index]


def place_of(head, among, heads):
    """Query head h asks memory h // group ("repeat") or h % memories ("tile")."""
    if len(head) == 1:
        return head[0]
    return head[0] * among[1] + head[1] if heads == "repeat" else head[1] * among[0] + head[0]


@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(any),
    layout=st.sampled_from(JOINED),
    each=st.integers(1, 2),
)
def test_joined_sequences_come_apart(lengths, layout, each):
    longest = max(lengths) * each
    x = 1 + np.arange(len(lengths) * longest * 3.0).reshape(len(lengths), longest, 3)
    back = part(join(x, lengths, layout), lengths, longest, layout)
    for row, again, length in zip(x, back, lengths, strict=True):
        assert np.array_equal(again[: length * each], row[: length * each])
        assert not again[length * each :].any()


def usable(case, convention):
    """A pool of states and own kinds of states go with some conventions only."""
    joined = convention.layout in JOINED
    return "slots" not in case.inputs and (joined or "lengths" not in case.inputs)


@settings(max_examples=300)
@given(convention=conventions(), name=st.sampled_from(CASES))
def test_every_convention_round_trips(convention, name):
    """Inputs exactly, in the dtype they are sent in; a gate at least as what was sent."""
    case = find_case(name)
    if not usable(case, convention):
        case = find_case(f"{case.rule.name}/ordinary/{case.seed}")
    with np.errstate(divide="ignore"):  # a gate that is closed has the logarithm -inf
        foreign = convention.to_foreign(case, np.float32)
        back = convention.to_grammar(case, foreign, np.float64)
        again = convention.to_foreign(replace(case, inputs=back), np.float32)
    assert foreign.keys() == again.keys()
    for theirs, x in foreign.items():
        assert np.array_equal(x, again[theirs]), theirs
    for ours, x in case.inputs.items():
        if "alpha" not in ours and "lengths" not in case.inputs:
            assert np.array_equal(back[ours], np.broadcast_to(x, back[ours].shape).astype("f4"))


@settings(max_examples=100)
@given(convention=conventions(), name=st.sampled_from(CASES))
def test_results_round_trip(convention, name):
    case = find_case(name)
    if not has_matrix_state(case.rule) or "lengths" in case.inputs:
        case = find_case("kda/grouped-values/2")
    state = np.arange(np.prod(case.state_shape), dtype=np.float32).reshape(case.state_shape)
    theirs = convention.part_to_foreign("state", state, STATE, "f4")
    back = convention.part_to_grammar("state", theirs, state.shape, STATE)
    assert np.array_equal(back, state.astype("f4"))


def test_what_heads_share_is_repeated_for_those_who_want_it():
    """Two key heads, three queries each, one beta: six rows of gates, strengths and memories."""
    case = find_case("gated_delta/grouped-queries/1")
    sent = FLASHINFER.to_foreign(case, np.float16)
    assert sent["q"].shape == (4, 6, 12)
    assert sent["k"].shape == (4, 2, 12)
    assert sent["g"].shape == sent["beta"].shape == (4, 6)
    assert sent["initial_state"].shape == (2, 6, 7, 12)
    assert np.array_equal(sent["g"][:, 2], sent["g"][:, 0])
    assert not np.array_equal(sent["g"][:, 3], sent["g"][:, 0])
    back = FLASHINFER.to_grammar(case, sent, np.float64)
    assert back["alpha"].shape == (2, 2, 3, 2)
    shared = find_case("gated_delta/shared-beta/0")
    assert FLA.to_foreign(shared, "f4")["beta"].shape == (2, 2, 2)
    assert ONNX.to_foreign(shared, "f4")["beta"].shape == (2, 2, 1)


def test_dtypes_of_their_own():
    assert FLASHINFER.dtype_of("beta", "f2") == FLASHINFER.dtype_of("state", "f2") == "f4"
    assert FLASHINFER.dtype_of("q", "f2") == FLA.dtype_of("alpha", "f2") == "f2"
    assert [ATTENTION_GYM.dtype_of("state", kind) for kind in ("f2", "f4", "f8")] == [
        *("f4", "f4", "f8")
    ]


@pytest.mark.parametrize("gate", ["log", "log2"])
def test_a_gate_of_zero_is_minus_infinity_and_comes_back(gate):
    convention = Convention(names={"alpha": "decay"}, layout="packed", gate=gate)
    alpha = np.array([[[0.0, 1.0, 0.5]]])
    call = Passed({"alpha": alpha}, {"alpha": ("T",)}, {"alpha": "factor"})
    foreign = convention.to_foreign(call, np.float64)
    log = -1 if gate == "log2" else -np.log(2)
    assert foreign["decay"].ravel().tolist() == [-np.inf, 0, log]
    assert np.array_equal(convention.to_grammar(call, foreign, np.float64)["alpha"], alpha)


def passed(kinds, value=0.25, dtype=np.float64, **facts):
    """What a convention passes for inputs of one head and token, all of one value."""
    inputs = {name: np.full((1, 1, 1), value) for name in kinds}
    call = Passed(inputs, dict.fromkeys(kinds, ("T",)), kinds)
    foreign = Convention(**facts).to_foreign(call, dtype)
    return {name: x.item() for name, x in foreign.items()}


def test_an_input_is_a_gate_by_its_kind_and_not_by_its_name():
    kinds = {"lam": "factor", "alpha": "ridge", "w": "logarithm of a factor"}
    log = np.log(0.25)
    assert passed(kinds, gate="log") == {"lam": log, "alpha": 0.25, "w": 0.25}
    assert passed(kinds, gate="log2") == {"lam": -2, "alpha": 0.25, "w": 0.25 / np.log(2)}
    assert passed(kinds, gate="factor") == {"lam": 0.25, "alpha": 0.25, "w": np.exp(0.25)}


def test_what_is_computed_inside_is_the_forget_gate_alone():
    kinds = {"alpha": "factor", "fade": "factor"}
    assert passed(kinds, gate="exp-exp") == {"alpha": np.log(-np.log(0.25)), "fade": 0.25}
    assert set(passed(kinds, gate="softplus")) == {"alpha", "A_log", "dt_bias", "fade"}
    assert set(passed(kinds, gate="softplus", parameters=())) == {"alpha", "fade"}


def test_parameters_have_no_time_and_their_own_dtype():
    case = find_case("kda/grouped-values/1")
    convention = Convention(layout="bthd", gate="softplus", dtypes={"A_log": "float32"})
    foreign = convention.to_foreign(case, np.float16)
    assert foreign["A_log"].shape == (6,)
    assert foreign["dt_bias"].shape == (6, 12)
    assert (foreign["A_log"].dtype, foreign["dt_bias"].dtype) == (np.float32, np.float16)
    assert len(np.unique(foreign["dt_bias"])) > 60


def test_two_inputs_of_one_name_cannot_be_passed():
    case = find_case("generalized_delta/ordinary/1")
    assert PRESETS["mlx-fused"].unsayable(case) == "its convention calls two inputs a"
    assert not PRESETS["rwkv7"].unsayable(case)


@pytest.mark.parametrize("gate", ["softplus", "bounded", "logsigmoid", "exp-exp"])
def test_a_factor_above_one_is_computed_by_none_of_these(gate):
    x = np.full((1, 1, 1), 1.5)
    call = Passed({"alpha": x}, {"alpha": ("T",)}, {"alpha": "factor"})
    assert Convention(gate=gate).unsayable(call)
    assert not Convention(gate="log").unsayable(call)


@pytest.mark.parametrize(
    ("case", "facts", "message"),
    [
        (
            "kda/mid-chunk-reset/1",
            {"gate": "bounded"},
            r"no such alpha, which is exp\(-5 sigmoid\(exp",
        ),
        ("delta/beta-above-one/1", {"strength": "sigmoid"}, r"no such beta, which is sigmoid\(b\)"),
    ],
)
def test_what_has_no_raw_numbers_cannot_be_said(case, facts, message):
    convention = Convention(names={"beta": "b"}, **facts)
    assert re.search(message, convention.unsayable(find_case(case)))
    assert not convention.unsayable(find_case(case.split("/")[0] + "/ordinary/1"))
    assert not Convention().unsayable(find_case(case))


def test_grouped_heads_repeat_or_tile():
    """Two memories, six query heads: 0, 1, 2 read memory 0; where tiled, heads 0, 2, 4 do."""
    q = np.arange(6.0).reshape(1, 2, 3, 1, 1)
    assert pack(q, ("T", "K"), "packed").ravel().tolist() == [0, 1, 2, 3, 4, 5]
    assert pack(q, ("T", "K"), "packed", "tile").ravel().tolist() == [0, 3, 1, 4, 2, 5]


def test_a_token_by_hand_in_four_conventions():
    """One batch, two heads, one token, K = 2, V = 1; alpha = 1/4."""
    inputs = {
        "q": np.array([[[[1.0, 2]], [[3, 4]]]]),
        "alpha": np.full((1, 2, 1), 0.25),
        "state": np.array([[[[5.0], [6]], [[7], [8]]]]),
    }
    axes = {"q": ("T", "K"), "alpha": ("T",), "state": STATE}
    call = Passed(inputs, axes, {"alpha": "factor"})
    fla = FLA.to_foreign(call, np.float64)
    assert fla["q"].shape == (1, 1, 2, 2)
    assert fla["g"][0, 0, 0] == np.log(0.25)
    assert fla["initial_state"].shape == (1, 2, 2, 1)
    assert fla["initial_state"].dtype == np.float32
    flashinfer = FLASHINFER.to_foreign(call, np.float64)
    assert flashinfer["q"].shape == (1, 2, 2)
    assert flashinfer["g"].tolist() == [[0.25, 0.25]]
    assert flashinfer["initial_state"].tolist() == [[[[5, 6]], [[7, 8]]]]
    assert flashinfer["cu_seqlens"].tolist() == [0, 1]
    assert MLX.to_foreign(call, np.float64)["state"].shape == (1, 2, 1, 2)
    onnx = ONNX.to_foreign(call, np.float64)
    assert onnx["query"].tolist() == [[[1, 2, 3, 4]]]


def test_default_scales():
    assert REFMEM.default_scale(4, 9) is None
    assert FLA.default_scale(4, 9) == 1 / 2
    assert GGML.default_scale(4, 9) == 1 / 3


@pytest.mark.parametrize(
    ("norm", "expected"), [("", 3.0), ("rsqrt", 3 / 13), ("max", 3 / 12), ("mean", 3 / 313**0.5)]
)
def test_eps_of_a_norm_by_hand(norm, expected):
    """Squares sum to 25; eps is 144 under the root, beside a norm of 5, or twice as the mean's."""
    convention = Convention(norm=norm, eps={"max": 12}.get(norm, 144))
    assert meant(convention)["q"] == pytest.approx(np.array([[[[expected, expected * 4 / 3]]]]))


def meant(convention):
    """The q and v that a convention makes of rows (3, 4)."""
    row = np.array([[[[3.0, 4.0]]]])
    call = Passed({"q": row, "v": row}, {"q": ("T", "K"), "v": ("T", "V")})
    return convention.to_grammar(call, convention.to_foreign(call, np.float64), np.float64)


def test_what_is_normalised_is_a_fact_of_its_own():
    assert np.array_equal(meant(Convention(norm="rsqrt"))["v"], [[[[3, 4]]]])
    other = meant(Convention(norm="rsqrt", normed=("v",)))
    assert np.array_equal(other["q"], [[[[3, 4]]]])
    assert other["v"] == pytest.approx(np.array([[[[0.6, 0.8]]]]))


def test_every_norm_is_defined():
    for norm in NORMS:
        assert np.isfinite(meant(Convention(norm=norm, eps=1e-6))["q"]).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_raw_numbers_of_every_case_that_a_preset_can_say_round_trip(preset):
    """To the bit, in the dtype that they are sent in; and what they mean is near what was drawn."""
    convention = PRESETS[preset]
    said = [case for case in SEEDED if not unsayable(convention, case)]
    assert len({case.rule.name for case in said}) == len(GATED)
    for case in said:
        foreign = convention.to_foreign(case, np.float32)
        back = convention.unplaced(case, foreign, np.float32)
        assert len(foreign) >= len(back)
        for name, x in convention.raw(case).items():
            same = "lengths" not in case.inputs or not is_timed(convention.raw_axes(case)[name])
            assert not same or np.array_equal(back[name], x.astype(np.float32)), (case.name, name)


@pytest.mark.parametrize(
    ("convention", "part", "given", "message"),
    [
        (REFMEM, "out", (1, 2, 3, 5), r"out has shape \(1, 2, 3, 5\), expected \(1, 2, 6, 5\)"),
        (REFMEM, "state", (1, 2, 5, 4), r"state has shape \(1, 2, 5, 4\), expected \(1, 2, 4, 5\)"),
        (MLX, "state", (1, 2, 4, 5), r"state has shape \(1, 2, 4, 5\), expected \(1, 2, 5, 4\)"),
        (ONNX, "out", (1, 2, 6, 5), r"out has shape .* expected \(1, 6, 10\)"),
        (FLASHINFER, "out", (1, 6, 2, 5), r"out has shape .* expected \(6, 2, 5\)"),
    ],
)
def test_wrong_shapes_are_named(convention, part, given, message):
    shape, axes = {"out": ((1, 2, 6, 5), ("T", "V")), "state": ((1, 2, 4, 5), STATE)}[part]
    with pytest.raises(ValueError, match=message):
        convention.part_to_grammar(part, np.zeros(given), shape, axes)


@pytest.mark.parametrize("field", [*ALLOWED])
def test_wrong_conventions_are_named(field):
    with pytest.raises(ValueError, match=f"convention: {field} has value 'nonsense', expected one"):
        Convention(**{field: "nonsense"})
