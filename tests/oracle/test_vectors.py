"""Golden vectors: the same bytes everywhere, right to the last bit, and refused when spoiled.

vectors.json is the standard set: format -> case -> the SHA-256 that the manifest of
`refmem vectors RULE --case CASE --format FORMAT` has for it.
"""

import hashlib
import io
import json
import math
import os
import re
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import flint
import numpy as np
import pytest
from click.testing import CliRunner

import refmem
from refmem.algebra.numbers import fractions
from refmem.commands.main import main
from refmem.oracle.cases.case import find_case
from refmem.oracle.vectors import certified
from refmem.oracle.vectors import folder as vectors
from refmem.oracle.vectors.certified import UncertainError, golden, nearest
from refmem.oracle.vectors.files import ENDINGS, UnreadableError, decode, encode
from refmem.oracle.vectors.folder import VectorsError, read_vectors, write_vectors
from refmem.support.arguments import ChoiceError
from refmem.support.extras import MissingExtraError

STANDARD = json.loads(Path(__file__).with_name("vectors.json").read_text())
CASE = "gated_delta/odd-sizes/0"
SMALL = {"x": np.array([[1.5, -0.0, 1e-310]]), "none": np.zeros((0, 3)), "one": np.array(7.0)}


@pytest.fixture
def folder(tmp_path):
    write_vectors("gated_delta", tmp_path / "golden", cases=[CASE])
    return tmp_path / "golden"


def change_manifest(folder, change):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest, manifest["files"]["odd-sizes-0.npz"])
    path.write_text(json.dumps(manifest))


def replace_file(folder, data):
    """Another file, which the manifest vouches for."""

    def vouch(manifest, entry):
        entry |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

    (folder / "odd-sizes-0.npz").write_bytes(data)
    change_manifest(folder, vouch)


@pytest.mark.parametrize(("kind", "case"), [(k, c) for k, cases in STANDARD.items() for c in cases])
def test_the_standard_set_has_the_bytes_it_always_had(kind, case):
    data = encode(golden(find_case(case)), kind)
    assert hashlib.sha256(data).hexdigest() == STANDARD[kind][case]


def test_values_are_the_exact_ones_rounded_once():
    arrays = golden(find_case(CASE))
    inputs = {name[6:]: fractions(x) for name, x in arrays.items() if name.startswith("input.")}
    exact = refmem.gated_delta(**inputs, states=True)
    grads = refmem.gated_delta.vjp(
        **inputs, dout=fractions(arrays["dout"]), dstate=fractions(arrays["dstate"])
    )
    truth = exact._asdict() | {f"grad.{name}": x for name, x in grads._asdict().items()}
    for name, x in truth.items():
        rounded = np.vectorize(float, otypes=[float])(x)  # a fraction's float is the nearest one
        assert np.array_equal(arrays[name], rounded), name


def test_inputs_are_exact_in_float32_and_near_those_of_the_case():
    case = find_case("kda/ordinary/1")
    found = golden(case)
    for name, x in case.inputs.items():
        assert np.array_equal(found[f"input.{name}"], x.astype(np.float32))
    assert found["states"].shape == (*case.inputs["q"].shape[:-1], 12, 7)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda arb: arb(1) / 3, 1 / 3),
        (lambda arb: arb(2**53 + 1), float(2**53)),
        (lambda arb: arb(2**53 + 3), float(2**53 + 4)),
        (lambda arb: arb(2**53 + 1) + arb(1) / 3, float(2**53 + 2)),
        (lambda arb: arb("1e-400"), 0.0),
        (lambda arb: arb(2) ** -1074, 5e-324),
        (lambda arb: arb(2) ** 1024, math.inf),
        (lambda arb: -(arb(2) ** 1030), -math.inf),
        (lambda arb: arb(-math.inf) + arb(1) / 3, -math.inf),
        (lambda arb: arb(1, 1e-10), None),
        (lambda arb: arb(math.inf) * 0, None),
        (lambda arb: 3, 3.0),
    ],
)
def test_an_interval_rounds_to_the_nearest_float_or_not_at_all(make, expected):
    with flint.ctx.workprec(128):
        assert nearest(make(flint.arb)) == expected


@pytest.mark.parametrize("seed", range(3))
def test_rounding_agrees_with_fractions(seed):
    random = np.random.default_rng(seed)
    for _ in range(200):
        value = Fraction(int(random.integers(-(2**62), 2**62)), 2 ** int(random.integers(90)))
        with flint.ctx.workprec(128):
            found = nearest(flint.arb(flint.fmpq(*value.as_integer_ratio())))
        assert found == float(value)


def test_what_stays_wide_at_every_precision_is_said(monkeypatch):
    monkeypatch.setattr(certified, "nearest", lambda x: None)
    before = flint.ctx.prec
    with pytest.raises(UncertainError, match=f"{CASE}: out has no certain value within 8192 bits"):
        golden(find_case(CASE))
    assert flint.ctx.prec == before


def test_a_case_of_several_calls_is_refused():
    with pytest.raises(ChoiceError, match="expected one without packed sequences or slots"):
        golden(find_case("delta/packed/0"))


def test_a_cache_has_no_states_after_every_token():
    found = golden(find_case("softmax_attention/ordinary/0"))
    assert "grad.q" in found
    assert not [name for name in found if name.startswith("states")]


def test_where_a_gate_is_minus_infinity_there_are_no_gradients():
    found = golden(find_case("hgrn/ordinary/0"))
    assert "grad.f" in found
    found = golden(find_case("forgetting_attention/mixed-gates/0"))
    assert np.isneginf(found["state.log_alpha"]).any()
    assert not [name for name in found if name.startswith(("grad", "dout", "dstate"))]


@pytest.mark.parametrize("kind", ENDINGS)
def test_every_format_gives_back_what_it_got(kind):
    data = encode(SMALL, kind)
    found = decode(data, kind, {name: x.shape for name, x in SMALL.items()})
    assert data == encode(SMALL, kind)
    for name, x in SMALL.items():
        assert found[name].tobytes() == x.tobytes()


def test_numpy_reads_an_npz():
    with np.load(io.BytesIO(encode(SMALL, "npz"))) as archive:
        assert np.array_equal(archive["x"], SMALL["x"])


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_format_refuses_other_arrays(kind):
    data = encode(SMALL, kind)
    for shapes in ({"x": (1, 3)}, {"x": (1, 9), "none": (0, 3), "one": ()}, {}):
        with pytest.raises(UnreadableError):
            decode(data, kind, shapes)
    with pytest.raises(UnreadableError):
        decode(b"nothing of the kind", kind, {"x": (1, 3)})


def test_a_folder_is_read_back(folder):
    found = read_vectors(folder)["odd-sizes-0.npz"]
    for name, x in golden(find_case(CASE)).items():
        assert np.array_equal(found[name], x)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["equation"] == refmem.gated_delta.equation
    assert manifest["convention"]["layout"] == "grammar"


def test_raw_files_are_where_the_manifest_says(tmp_path):
    write_vectors("delta", tmp_path / "raw", "raw", cases=["delta/scale/0"])
    entry = json.loads((tmp_path / "raw/manifest.json").read_text())["files"]["scale-0.bin"]
    place = entry["arrays"]["out"]
    size = math.prod(place["shape"])
    data = (tmp_path / "raw/scale-0.bin").read_bytes()
    found = np.frombuffer(data, "<f8", size, place["offset"]).reshape(place["shape"])
    assert np.array_equal(found, golden(find_case("delta/scale/0"))["out"])
    assert entry["options"] == {"scale": 0.375}


def test_an_interrupted_run_leaves_nothing(tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_vectors("delta", tmp_path / "golden", seeds=[0], watch=interrupt)
    assert not list(tmp_path.iterdir())


def test_a_case_without_certain_numbers_is_left_out_with_its_reason(tmp_path, monkeypatch):
    def none(case, convention):
        if "few" in case.name:
            raise UncertainError(f"{case.name}: no")
        return SMALL

    monkeypatch.setattr(vectors, "golden", none)
    manifest = write_vectors("delta", tmp_path / "golden", seeds=[0])
    assert manifest["left_out"] == {"delta/few-keys/0": "delta/few-keys/0: no"}
    assert read_vectors(tmp_path / "golden").keys() == manifest["files"].keys()
    with pytest.raises(UncertainError, match="few-keys/0: no"):
        write_vectors("delta", tmp_path / "other", cases=["delta/few-keys/0"])


def test_a_rule_that_intervals_cannot_follow_is_said():
    with pytest.raises(UncertainError, match="alibi/without-slopes/0: alibi: slopes has no value"):
        golden(find_case("alibi/without-slopes/0"))


def test_nothing_is_overwritten(folder):
    with pytest.raises(ChoiceError, match="expected a new or empty folder"):
        write_vectors("delta", folder, seeds=[0])


class Harmful:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def pickled():
    file = io.BytesIO()
    np.savez(file, out=np.array([Harmful()], dtype=object))
    return file.getvalue()


def as_archive(name, data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


SPOILED = {
    "one bit": (
        lambda d: flip(d / "odd-sizes-0.npz"),
        "odd-sizes-0.npz is corrupt: SHA-256",
    ),
    "cut short": (lambda d: cut(d / "odd-sizes-0.npz"), "is truncated: [0-9]+ bytes, expected"),
    "cut to nothing": (
        lambda d: (d / "odd-sizes-0.npz").write_bytes(b""),
        "is truncated: 0 bytes, expected",
    ),
    "one byte more": (
        lambda d: lengthen(d / "odd-sizes-0.npz"),
        "odd-sizes-0.npz is too long: expected [0-9]+ bytes at most",
    ),
    "a FIFO": (
        lambda d: replace(d / "odd-sizes-0.npz", os.mkfifo),
        "odd-sizes-0.npz is a FIFO, expected a regular file",
    ),
    "an endless device": (
        lambda d: replace(d / "odd-sizes-0.npz", lambda path: path.symlink_to("/dev/zero")),
        "odd-sizes-0.npz is a device, expected a regular file",
    ),
    "manifest a FIFO": (
        lambda d: replace(d / "manifest.json", os.mkfifo),
        "manifest.json is a FIFO, expected a regular file",
    ),
    "manifest an endless device": (
        lambda d: replace(d / "manifest.json", lambda path: path.symlink_to("/dev/zero")),
        "manifest.json is a device, expected a regular file",
    ),
    "manifest without an end": (
        lambda d: os.truncate(d / "manifest.json", 2**40),
        "manifest.json is too long: expected [0-9]+ bytes at most",
    ),
    "endless bytes": (
        lambda d: change_manifest(d, lambda m, e: e.update(bytes=1e400)),
        r"not described by .*\('bytes is inf'\)",
    ),
    "bytes in words": (
        lambda d: change_manifest(d, lambda m, e: e.update(bytes="many")),
        "not described by .*bytes is 'many'",
    ),
    "file gone": (lambda d: (d / "odd-sizes-0.npz").unlink(), "cannot be read: No such file"),
    "manifest gone": (lambda d: (d / "manifest.json").unlink(), "json cannot be read: No such"),
    "manifest cut": (lambda d: cut(d / "manifest.json"), "json is corrupt: no JSON"),
    "manifest deep": (
        lambda d: (d / "manifest.json").write_text("[" * 10**6),
        "json is corrupt: ",
    ),
    "other json": (lambda d: (d / "manifest.json").write_text("{}"), "json is foreign"),
    "a stranger": (lambda d: (d / "zzz.npz").write_bytes(b""), "zzz.npz is foreign"),
    "a pickle": (lambda d: replace_file(d, pickled()), "is foreign: .*allow_pickle=False"),
    "no archive": (lambda d: replace_file(d, b"PK"), "is foreign: no npz of these arrays"),
    "compressed": (lambda d: replace_file(d, as_archive("x.npy", b"")), "x.npy is compressed"),
    "other arrays": (lambda d: replace_file(d, encode(SMALL, "npz")), "has other arrays than"),
    "a newer version": (
        lambda d: change_manifest(d, lambda m, e: m.update(version=2)),
        "has version 2, expected 1",
    ),
    "no such format": (
        lambda d: change_manifest(d, lambda m, e: m.update(format="pickle")),
        "format is 'pickle'",
    ),
    "a path": (
        lambda d: change_manifest(d, lambda m, e: m["files"].update({"../x": e})),
        "files are not named by themselves",
    ),
    "no shapes": (lambda d: change_manifest(d, lambda m, e: e.pop("arrays")), "not described by"),
    "negative shape": (
        lambda d: change_manifest(d, lambda m, e: e["arrays"]["out"].update(shape=[-1])),
        "not described by .* has shape",
    ),
    "other shape": (
        lambda d: change_manifest(d, lambda m, e: e["arrays"]["out"].update(shape=[1])),
        r"out has float64 \(2, 2, 2, 3\), expected float64 \(1,\)",
    ),
}


def replace(path, make):
    path.unlink()
    make(path)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"x")


def cut(path):
    path.write_bytes(path.read_bytes()[:-1000])


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_folder_is_refused_in_one_line(folder, spoil, message):
    spoil(folder)
    with pytest.raises(VectorsError, match=message):
        read_vectors(folder)
    result = CliRunner().invoke(main, ["vectors", "--verify", str(folder)])
    assert result.exit_code == 1
    assert re.fullmatch(r"refmem: [^\n]*\n", result.stderr)


def test_the_command_writes_and_verifies(tmp_path):
    path = str(tmp_path / "golden")
    written = CliRunner().invoke(
        main, ["vectors", "delta", "--out", path, "--case", "delta/scale/0", "--format", "raw"]
    )
    assert written.exit_code == 0, written.output
    verified = CliRunner().invoke(main, ["vectors", "--verify", path])
    assert verified.output == f"{path}: 1 files are as they were written\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either RULE and --out DIR, or --verify DIR"),
        (["delta"], "expected either RULE and --out DIR"),
        (["delta", "--out", "x", "--verify", "x"], "expected either RULE and --out DIR"),
        (["detla", "--out", "x"], "rule has name 'detla', .* did you mean 'delta'"),
        (["delta", "--out", "x", "--case", "kda/empty/0"], "expected one of the rule delta"),
        (["delta", "--out", "x", "--case", "delta/empty/0", "--seed", "1"], "no other seeds"),
        (["delta", "--out", "x", "--format", "pickle"], "Invalid value for '--format'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments, message):
    result = CliRunner().invoke(main, ["vectors", *arguments])
    assert result.exit_code == 2
    assert re.match(f"refmem: .*{message}", result.stderr)
    assert not Path("x").exists()


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(ChoiceError, match="format has value 'pickle', expected one of npz"):
        vectors.write_vectors("delta", tmp_path / "x", "pickle")


def test_a_missing_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'refmem\[vectors\]'"):
        write_vectors("delta", tmp_path / "x", "safetensors", seeds=[0])
    arguments = ["vectors", "delta", "--out", str(tmp_path / "x"), "--format", "safetensors"]
    assert CliRunner().invoke(main, arguments).exit_code == 3
