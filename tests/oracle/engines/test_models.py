"""Other people's models serve as engines; what came of them is in docs/disagreements.md."""

import sys

import pytest

from refmem.oracle.engines.check import check_engine
from refmem.oracle.targets.engine import make_engine
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict.outcomes import CONFORMS

HOME = "refmem.oracle.engines.models"


@pytest.mark.parametrize(
    ("package", "name", "broken"),
    [
        ("transformers", "Qwen3Next", False),
        ("transformers", "Mamba", True),
        ("mlx", "Llama", False),
    ],
)
def test_a_model_between_its_calls(package, name, broken):
    pytest.importorskip("mlx_lm" if package == "mlx" else package, reason=f"{package} is optional")
    library = "torch" if package == "transformers" else package
    engine = make_engine(f"{HOME}.{package}:{name}", library)
    report = check_engine(engine, None, library=library, number=18, patience=1)
    assert bool(report.broken) == broken


def test_an_operator_with_past_states_conforms():
    engine = make_engine(f"{HOME}.onnxruntime:GatedDeltaNet")
    assert check_engine(engine, "gated_delta", number=27).verdict == CONFORMS


@pytest.mark.parametrize("package", ["transformers", "mlx"])
def test_a_package_that_is_missing_is_said(package, monkeypatch):
    for name in ("torch", "transformers", "mlx", "mlx_lm"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UnavailableError, match=r"raised UnavailableError: .* not installed|pip"):
        make_engine(f"{HOME}.{package}:Llama")
