"""The architecture: which rooms there are, and who may import whom. Arrows point up this table."""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tools.layers import ROOT, imports, modules, picture, room_of

LAYERS = (
    ("support", "files, optional packages, executors, sweeps, messages: nothing about memories"),
    ("algebra", "what a number may be, and the words every rule is written in"),
    ("functions", "what a call may name: activations, kernels, feature maps, slopes"),
    ("derivative", "the tape: derivatives of every word"),
    ("grammar", "what is said of a memory before anything runs"),
    ("forms", "how to run one over a sequence"),
    ("memory", "a rule that can be called"),
    ("rules", "one file, one memory"),
    ("around", "what models do around a memory"),
    ("laws", "what holds for every rule, run over any rule"),
    ("oracle", "is somebody else's kernel the memory it says it is?"),
    ("studies", "how much memories hold, what they compute, what more context buys"),
    ("commands", "one file a command of `refmem`"),
)
"""A room imports only rooms above it. A piece that wants to import one below moves down."""

TOP = {"__init__.py", "py.typed", "testing.py"}
"""Files beside the rooms."""

WITHIN = {
    "oracle": (
        "border",
        "cases",
        "smoke_table",
        "smoke",
        "targets",
        "verdict",
        "question",
        "explain",
        "proof",
        "vectors",
        "show",
        "plan",
        "check",
        "engines",
    ),
}
"""The same within a room of several."""

OPTIONAL = ("sympy", "numba", "onnx", "onnxruntime", "matplotlib", "scipy", "flint", "click")

MODULES = modules()
IMPORTS = list(imports(MODULES))
PLACE = {room: place for place, (room, _) in enumerate(LAYERS)}
RULE_FILES = [
    name
    for name in MODULES
    if room_of(name) == "rules" and name.count(".") == 3 and "._" not in name
]


def test_the_top_is_the_rooms_and_nothing_else():
    found = {path.name for path in ROOT.iterdir() if path.name != "__pycache__"}
    assert found - TOP == set(PLACE)


@pytest.mark.parametrize("name", MODULES)
def test_arrows_point_up_the_table(name):
    for one in IMPORTS:
        room, other = room_of(name), room_of(one.imported)
        if one.importer == name and room in PLACE and other != room:
            assert other in PLACE, f"{name} imports {one.imported}, which is in no room"
            assert PLACE[other] < PLACE[room], f"{name} imports {one.imported}, of a room below it"


@pytest.mark.parametrize("room", WITHIN)
def test_within_a_room_arrows_point_up_too(room):
    place = {part: n for n, part in enumerate(WITHIN[room])}
    for one in IMPORTS:
        if room_of(one.importer) == room_of(one.imported) == room:
            part, other = (f"{name}..".split(".")[2] for name in (one.importer, one.imported))
            if part and other and part != other:
                assert place[other] < place[part], f"{one.importer} imports {one.imported}"


def test_there_is_no_circle():
    """A module needs what it imports, and the packages that these are in, unless it is in them."""
    needs = {name: set() for name in MODULES}
    for importer, imported, _, _ in IMPORTS:
        parts = imported.split(".")
        packages = (".".join(parts[:n]) for n in range(2, len(parts) + 1))
        needs[importer] |= {p for p in packages if not f"{importer}.".startswith(f"{p}.")}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_a_late_import_has_a_reason_beside_it():
    for importer, imported, late, line in IMPORTS:
        assert not late or "#" in line, f"{importer} imports {imported} late, and does not say why"


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_rule_imports_no_other_rule_and_no_form_but_the_stabilised(name):
    family = name.rpartition(".")[0]
    for importer, imported, _, _ in IMPORTS:
        if importer == name:
            helper = imported.startswith(f"{family}._")
            assert room_of(imported) != "rules" or helper, f"{name} imports {imported}"
            assert room_of(imported) != "forms" or imported == "refmem.forms.stabilised"


def test_the_package_imports_neither_tests_nor_derivations():
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        assert "from tests" not in text
        assert "from derivations" not in text


def test_importing_refmem_imports_nothing_heavy():
    code = f"import sys, refmem; print([m for m in {OPTIONAL} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_picture_has_every_room():
    rooms = [line.split()[0] for line in picture().splitlines()]
    assert set(rooms) == {*PLACE, "testing"}
