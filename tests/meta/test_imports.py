"""Who may import whom (arrows point down), and what importing refmem costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import refmem

ROOT = Path(refmem.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts): path
    for path in sorted(ROOT.rglob("*.py"))
}
ABOVE_RULES = ("forms", "fast", "oracle", "capacity", "expressivity", "longcontext", "cli")
OPTIONAL = ("sympy", "numba", "onnx", "onnxruntime", "matplotlib", "scipy", "flint")


def imported(path, top_level=False):
    """Modules that a file imports; `from x import y` counts as x and as x.y."""
    tree = ast.parse(path.read_text())
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def in_package(module, *packages):
    return any(f"{module}.".startswith(f"refmem.{package}.") for package in packages)


RULE_FILES = [
    name for name in MODULES if in_package(name, "rules") and not name.endswith("__init__")
]


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_rule_imports_no_form_and_nothing_above_it(name):
    for module in imported(MODULES[name]):
        assert not in_package(module, *ABOVE_RULES), f"{name} imports {module}"


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_rule_imports_no_other_rule(name):
    for module in imported(MODULES[name]):
        assert not in_package(module, "rules"), f"{name} imports {module}"


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_rule_needs_numpy_and_refmem_only(name):
    for module in imported(MODULES[name]):
        root = module.split(".")[0]
        assert root in {"refmem", "numpy", "math", "typing", "functools", "collections"}


LOWER = {
    "numbers": set(),
    "algebra": {"numbers"},
    "specification": set(),
    "states": set(),
}


@pytest.mark.parametrize("name", LOWER)
def test_the_lowest_modules_know_only_what_is_below(name):
    of_refmem = {m.split(".")[1] for m in imported(ROOT / f"{name}.py") if m.startswith("refmem.")}
    assert of_refmem <= LOWER[name]


@pytest.mark.parametrize("name", ["signature", "kernels", "rule", "memory"])
def test_the_core_knows_no_rule_and_no_form(name):
    for module in imported(ROOT / f"{name}.py"):
        assert not in_package(module, "rules", *ABOVE_RULES), f"{name} imports {module}"


def test_forms_know_no_rule():
    for name in MODULES:
        if in_package(name, "forms"):
            for module in imported(MODULES[name]):
                assert not in_package(module, "rules", "oracle"), f"{name} imports {module}"


def test_the_package_imports_neither_tests_nor_derivations():
    for name, path in MODULES.items():
        for module in imported(path):
            assert module.split(".")[0] not in {"tests", "derivations"}, f"{name}: {module}"


def test_importing_refmem_imports_nothing_heavy():
    code = f"import sys, refmem; print([m for m in {OPTIONAL} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
