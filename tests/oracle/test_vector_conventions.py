"""Golden vectors in other conventions: the same certified numbers, as other people pass them."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import refmem
from refmem.commands.main import main
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.facts import with_facts
from refmem.oracle.border.presets import FLA, FLASHINFER, ONNX, PRESETS
from refmem.oracle.cases.case import find_case
from refmem.oracle.vectors.certified import golden
from refmem.oracle.vectors.folder import VectorsError, read_vectors, write_vectors
from refmem.oracle.verdict.gradients import AXES, gradients
from refmem.support.arguments import ChoiceError
from tests.oracle.flash import gated_delta

CASE = "gated_delta/scale/0"


def test_a_kernel_of_the_convention_gives_them():
    """Written from the equation without refmem, in float64, and rounded to float32 at the end."""
    x = golden(find_case(CASE), FLA)
    given = {name.removeprefix("input."): y for name, y in x.items() if name.startswith("input.")}
    out, state = gated_delta(**given, scale=3 / 8)
    for found, certain in ((out, x["out"]), (state, x["state"])):
        assert (abs(found - certain) <= np.spacing(abs(certain).astype(np.float32))).all()


def test_the_gate_is_exact_and_its_gradient_is_by_what_is_passed():
    """alpha is exp(g), so the gradient by g is that by log alpha, to rounding: 64 eps of a row."""
    x = golden(find_case(CASE), FLA)
    case = find_case(CASE)
    sent = {n.removeprefix("input."): y for n, y in x.items() if n.startswith("input.")}
    inputs = FLA.to_grammar(case, sent, np.float64)
    along = {
        f"d{n}": FLA.part_to_grammar(n, x[f"d{n}"], s, axes)
        for n, s, axes in (
            ("out", (*case.inputs["q"].shape[:-1], 7), ("T", "V")),
            ("state", case.inputs["state"].shape, ("K", "V")),
        )
    }
    grads = refmem.gated_delta.vjp(**inputs, scale=3 / 8, **along)
    by_g = FLA.part_to_grammar("g", x["grad.g"], grads.alpha.shape, ("T",))
    assert "grad.log_alpha" not in x
    bound = 64 * np.finfo(float).eps * abs(by_g).max()
    assert abs(by_g - grads.log_alpha).max() <= bound


def test_raw_numbers_of_a_gate_are_exact_and_have_gradients():
    """The truth of a float64 kernel's gradients, which is in long doubles, to 64 float64 eps."""
    case, convention = find_case(CASE), with_facts(FLA, {"gate": "softplus", "strength": "sigmoid"})
    x = golden(case, convention)
    foreign = convention.to_foreign(case, np.float32)
    assert np.array_equal(x["input.A_log"], foreign["A_log"])
    raws = convention.unplaced(case, foreign, np.longdouble)
    along = {"out": x["dout"], "state": x["dstate"]}
    shapes = {"out": (*case.inputs["q"].shape[:-1], 7), "state": case.state_shape}
    along = {n: convention.part_to_grammar(n, y, shapes[n], AXES[n]) for n, y in along.items()}
    grads = gradients(case, raws, along, convention, "recurrent")
    assert {"alpha", "A_log", "dt_bias", "beta"} <= grads.keys()
    for name, y in grads.items():
        theirs = convention.placed(y, convention.raw_axes(case)[name])
        certain = x[f"grad.{convention.name(name)}"]
        assert abs(theirs - certain).max() <= 64 * np.finfo(float).eps * abs(certain).max(), name


def test_layouts_are_those_of_the_convention():
    ours, theirs = golden(find_case(CASE)), golden(find_case(CASE), FLASHINFER)
    k = ours["input.k"]  # (2, 2, 1, 12), and joined (2, 2, 12)
    assert np.array_equal(theirs["input.k"], k[:, :, 0])
    assert np.array_equal(theirs["input.initial_state"], ours["input.state"].swapaxes(-1, -2))
    assert theirs["states"].shape == (2, 2, 7, 12)
    assert np.array_equal(theirs["states"], theirs["state"])  # after the only token
    assert list(theirs["input.cu_seqlens"]) == [0, 1, 2]
    assert golden(find_case(CASE), ONNX)["states"].shape == (2, 1, 2, 12, 7)


def test_the_manifest_says_which_and_is_verified(tmp_path):
    manifest = write_vectors("gated_delta", tmp_path / "x", cases=[CASE], convention="flashinfer")
    assert manifest["convention"]["name"] == "flashinfer"
    assert manifest["convention"]["state_layout"] == "vk"
    assert read_vectors(tmp_path / "x")["scale-0.npz"]["input.g"].shape == (2, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"state_layout": "kv"}, "has convention fla-varlen with another state_layout than this"),
        ({"name": "flash"}, "has convention 'flash', expected one of refmem, fla, "),
    ],
)
def test_another_convention_of_that_name_is_refused(tmp_path, change, message):
    """The arrays of the one would be read as those of the other."""
    write_vectors("gated_delta", tmp_path / "x", cases=[CASE], convention="fla-varlen")
    path = tmp_path / "x" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["convention"] |= change | ({"state_layout": "vk"} if "state_layout" in change else {})
    path.write_text(json.dumps(manifest))
    with pytest.raises(VectorsError, match=message):
        read_vectors(tmp_path / "x")


def test_what_a_convention_cannot_say_is_left_out_or_refused(tmp_path):
    with pytest.raises(ChoiceError, match="cannot be said: its convention has no argument for the"):
        golden(find_case(CASE), PRESETS["hf"])
    normalises = Convention(norm="rsqrt", eps=1e-6)
    with pytest.raises(ChoiceError, match="of queries and keys as given"):
        golden(find_case(CASE), normalises)
    manifest = write_vectors("delta", tmp_path / "x", seeds=[0], convention="hf")
    assert not [name for name in manifest["files"] if name.startswith("scale")]


def test_the_command_writes_them(tmp_path):
    folder = str(tmp_path / "golden")
    run = CliRunner()
    asked = ["vectors", "gated_delta", "--case", CASE, "--out", folder]
    result = run.invoke(main, [*asked, "--convention", "fal"])
    assert result.exit_code == 2
    assert "did you mean 'fla'?" in result.output
    assert run.invoke(main, [*asked, "--convention", "fla"]).exit_code == 0
    assert run.invoke(main, ["vectors", "--verify", folder]).exit_code == 0
