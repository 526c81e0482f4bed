"""Conventions by single facts and by files: what they say, and where it is wrong."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from refmem.commands.main import main
from refmem.oracle.border.conventions import ALLOWED, REFMEM, Convention
from refmem.oracle.border.facts import OWNERS, WORDS, with_facts
from refmem.oracle.border.files import convention_from, line_of
from refmem.oracle.border.presets import FLA, MLX, PRESETS
from refmem.oracle.border.readers import FactError, value_of
from refmem.oracle.cases.case import find_case
from refmem.oracle.check import check
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.support.arguments import ChoiceError
from tests.oracle import raw

MINE = """
like = "fla"
layout = "bhtd"          # heads before tokens
state = "vk"
gate = "softplus"
parameters = ["A_log"]
strength = "2-sigmoid"
norm = "max"
eps = 1e-12
normed = ["k"]
scale = "1/sqrt(V)"
takes_scale = false
heads = "tile"
groups = ["queries", "values"]
state_dtype = "bfloat16"
denominator_eps = 0.5

[rename]
alpha = "a"
q = "query"
scale = "sm_scale"
state.key = "keys"

[dtypes]
A_log = "float32"

[extra]
output_final_state = true
chunk = 64

[contract]
lacks = ["state"]
multiple = 16
"""

ON_THE_COMMAND_LINE = {
    "layout": "bhtd",
    "state": "vk",
    "gate": "softplus",
    "parameters": "A_log",
    "strength": "2-sigmoid",
    "norm": "max",
    "eps": "1e-12",
    "normed": "k",
    "scale": "1/sqrt(V)",
    "takes_scale": "false",
    "heads": "tile",
    "groups": "queries,values",
    "state_dtype": "bfloat16",
    "denominator_eps": "0.5",
    "rename": {"alpha": "a", "q": "query", "scale": "sm_scale", "state.key": "keys"},
    "dtypes": {"A_log": "float32"},
    "extra": {"output_final_state": value_of("true"), "chunk": value_of("64")},
    "contract": {"lacks": ["state"], "multiple": 16},
}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A file mine.toml of these lines, beside which one is."""
    monkeypatch.chdir(tmp_path)

    def write(text, name="mine.toml"):
        (tmp_path / name).write_text(text)
        return name

    return write


def test_a_file_and_the_command_line_say_the_same(written):
    found = convention_from(written(MINE))
    assert found == with_facts(FLA, ON_THE_COMMAND_LINE)
    assert (found.layout, found.state_layout, found.gate) == ("bhtd", "vk", "softplus")
    assert (found.takes_scale, found.eps, found.parameters) == (False, 1e-12, ("A_log",))
    names = [found.name(n) for n in ("q", "k", "alpha", "state", "state.key", "scale")]
    assert names == ["query", "k", "a", "initial_state", "keys", "sm_scale"]
    assert found.extra == {"output_final_state": True, "chunk": 64}
    assert found.contract == {"lacks": ["state"], "multiple": 16}
    assert found.dtype_of("A_log", "float16") == np.float32


def test_every_field_of_a_convention_is_a_fact():
    fields = {field for field, _ in WORDS.values()} | {"constants"}
    assert fields == set(Convention.__dataclass_fields__)
    assert set(OWNERS) == {"lower_bound", "divisor", "dt_min", "dt_max"}


def test_nothing_said_is_the_base():
    assert with_facts(MLX, {}) == MLX
    assert convention_from("mlx", FLA) is MLX


def test_a_file_begins_with_what_it_is_like(written):
    assert convention_from(written("")) == REFMEM
    assert convention_from(written(""), FLA) == FLA
    assert convention_from(written('like = "mlx"'), FLA) == MLX
    written('like = "fla"\nstate = "vk"', "base.toml")
    found = convention_from(written('like = "base.toml"\ngate = "log2"'))
    assert found == with_facts(FLA, {"state": "vk", "gate": "log2"})


def test_a_value_in_a_module():
    assert convention_from(f"{__name__}:HERE") is HERE
    with pytest.raises(ChoiceError, match="MINE is a str, expected a Convention"):
        convention_from(f"{__name__}:MINE")
    with pytest.raises(ChoiceError, match="does not import: AttributeError"):
        convention_from(f"{__name__}:NOWHERE")


HERE = Convention(layout="bhtd")


def test_constants_of_the_base_go_with_their_gate():
    held = with_facts(REFMEM, {"gate": "bounded", "lower_bound": "-3"})
    assert held.constants == {"lower_bound": -3}
    assert with_facts(held, {"gate": "log"}).constants == {}
    assert with_facts(held, {"state": "vk"}).constants == {"lower_bound": -3}


WRONG = [
    (
        'layout = "bhtd"\nlayoot = 3',
        2,
        "layoot is no fact, expected one of layout, .*mean 'layout'?",
    ),
    ('layout = "bhtz"', 1, "layout has value 'bhtz', expected one of 'grammar', 'bhtd', "),
    ('norm = ["rsqrt"]', 1, "norm has value .'rsqrt'., expected one of '', 'rsqrt', 'max', 'mean'"),
    ("\n\nstate = true", 3, "state has value True, expected one of 'kv', 'vk'"),
    ('gate = "log"\nlower_bound = -5', 2, r"lower_bound has value -5, expected none, because gate"),
    ('gate = "log"\ngate = "log2"', 2, "Cannot overwrite a value"),
    ('gate = "log"\ndivisor = 16', 2, "because gate is 'log', not 'logsigmoid'"),
    ('gate = "log"\nparameters = []', 2, "parameters has value .*, expected none, because gate is"),
    ("eps = 1e-6", 1, "eps has value 1e-06, expected none, because norm is ''"),
    ('norm = "rsqrt"\neps = -1', 2, "eps has value -1, expected at least 0"),
    ('norm = "rsqrt"\neps = "small"', 2, "eps has value 'small', expected a number"),
    ('norm = "rsqrt"\nnormed = ["p", "pp"]', 2, "normed has value .*, expected a list of some of"),
    ('step = "softplus"\ndt_max = -1', 2, "dt_max has value -1, expected at least 0"),
    ('step = "softplus"\ndt_max = 0', 2, "dt_min has value 0, expected less than dt_max = 0"),
    ('gate = "bounded"\nlower_bound = 5', 2, "lower_bound has value 5, expected less than 0"),
    ('gate = "logsigmoid"\ndivisor = 0', 2, "divisor has value 0, expected more than 0"),
    ('takes_scale = "maybe"', 1, "takes_scale has value 'maybe', expected true or false"),
    ('groups = ["keys"]', 1, "groups has value .*, expected a list of some of 'queries', 'values'"),
    ('rename = "q"', 1, "rename has value 'q', expected a table"),
    ('[rename]\nk = "key"\nqq = "query"', 3, "rename has key 'qq', expected one of"),
    ("[rename]\nq = 3", 2, "rename.q has value 3, expected a name"),
    ('[rename]\n\nq = "k"', 3, "rename has q = 'k', expected another name, because that is k"),
    ('[rename]\nq = "x"\nk = "x"', 2, "rename has q = 'x', expected another name, .* is k"),
    ('like = "fla"\n[rename]\nbeta = "g"', 3, "rename has beta = 'g', .* because that is alpha"),
    ("[rename]\nstate.key = 1", 2, "rename.state.key has value 1, expected a name"),
    ('rename = {q = "k"}', 1, "rename has q = 'k'"),
    ('[dtypes]\nA_log = "float8"', 2, "dtypes.A_log has value 'float8', expected one of 'float16'"),
    ("[contract]\nlacks = []\nmultipel = 16", 3, "contract has key 'multipel', .*'multiple'?"),
    ('like = "flaa"', 1, "convention has name 'flaa', .*did you mean 'fla'?"),
    ("like = 3", 1, "like has value 3, expected the name of a convention"),
    ('state = "vk"\nlike = "mine.toml"', 2, "like has value 'mine.toml', expected another file"),
    ('layout = "bhtd"\nstate = vk', 2, "Invalid value"),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
def test_what_is_wrong_in_a_file_is_said_with_its_line(written, text, line, message):
    with pytest.raises(ChoiceError) as error:
        convention_from(written(text))
    assert re.match(rf"mine\.toml:{line}: .*{message}", str(error.value)), error.value


def test_an_error_in_a_base_has_both_lines(written):
    written('\n\nstate = "v"', "base.toml")
    with pytest.raises(ChoiceError, match=r"mine.toml:2: base.toml:3: state has value 'v'"):
        convention_from(written('\nlike = "base.toml"'))


def test_what_is_wrong_on_the_command_line():
    with pytest.raises(FactError, match="convention: state has value 'kk', expected one of 'kv',"):
        with_facts(REFMEM, {"state": "kk"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flaa", "convention has name 'flaa', expected one of refmem, fla, .*did you mean 'fla'?"),
        ("none.toml", "convention none.toml cannot be read: No such file or directory"),
        ("no_such_module:X", "convention no_such_module:X does not import: ModuleNotFoundError"),
    ],
)
def test_what_is_no_convention(written, text, message):
    with pytest.raises(ChoiceError, match=message):
        convention_from(text)


def test_a_file_that_is_no_text(written, tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ChoiceError, match=r"convention mine\.toml is no text in UTF-8"):
        convention_from("mine.toml")


def test_names_that_never_meet_may_be_the_same():
    """No rule has both the factor and its logarithm, nor a raw a beside the keys called a."""
    found = with_facts(REFMEM, {"rename": {"alpha": "a", "log_alpha": "a"}})
    assert found.name("alpha") == found.name("log_alpha") == "a"


def test_lines_are_those_of_the_key():
    text = '[rename]\n"q" = "a = b"\n[ extra ]\nq = 1\n[dtypes]\nk = "x"'
    assert line_of(text, ("rename", "q")) == 2
    assert line_of(text, ("extra", "q")) == 4
    assert line_of(text, ("dtypes", "v")) == 5
    assert line_of(text, ("nowhere",)) == 1


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_written_as_facts(name):
    """What no fact says cannot be said on the command line."""
    preset = PRESETS[name]
    facts = {word: getattr(preset, field) for word, (field, _) in WORDS.items()}
    facts |= preset.constants
    if not preset.norm:
        facts = {word: x for word, x in facts.items() if word not in ("eps", "normed")}
    if preset.gate not in ("softplus", "bounded") and preset.step == "own":
        del facts["parameters"]
    assert with_facts(REFMEM, facts) == preset


def test_words_are_fields_but_for_the_state():
    assert ALLOWED.keys() - {"state_layout"} | {"state"} <= WORDS.keys()


def test_extra_arguments_and_a_renamed_scale_reach_the_function(written):
    file = written('layout = "bthd"\n[rename]\nscale = "sm_scale"\nstate = "h"\n[extra]\nflag = 3')
    seen = []

    def kernel(sm_scale, flag, q, k, v, h=None):
        seen.append((type(sm_scale), flag))
        out, S = raw.scan(q, k, v, np.ones(v.shape[:3], v.dtype), None, 0 if h is None else h)
        return np.float32(sm_scale) * out, S

    target = PythonCallable(kernel, "linear_attention", convention=convention_from(file))
    assert check(target, rule="linear_attention", case="linear_attention/scale/1").conforms
    assert seen == [(np.float32, 3)]
    assert find_case("linear_attention/scale/1").options["scale"] == 3 / 8


def test_a_file_on_the_command_line_and_what_is_wrong_with_it(written):
    run, asked = CliRunner(), ("check", f"{__name__}:memory", "--rule", "linear_attention")
    case = ("--case", "linear_attention/scale/1", "--convention", "mine.toml")
    written('layout = "bthd"\n[rename]\nstate = "h"')
    found = run.invoke(main, [*asked, *case])
    assert (found.exit_code, "conforms" in found.output) == (0, True), found.output
    written('layout = "bthd"\n[rename]\nstat = "h"')
    found = run.invoke(main, [*asked, *case])
    assert found.exit_code == 2
    assert "mine.toml:3: rename has key 'stat'" in found.output


def test_facts_are_options_and_a_contract_is_in_the_file(written):
    """The same kernel, said in two ways; a name that is wrong is wrong usage."""
    asked = ["check", f"{__name__}:fused", "--rule", "gated_delta"]
    case = ["--case", "gated_delta/ordinary/1"]
    written(FUSED)
    by_file = CliRunner().invoke(main, [*asked, *case, "--convention", "mine.toml"])
    said = ["--convention", "fla", "--gate", "softplus", "--strength", "sigmoid", "--groups", ""]
    said += ["--rename", "alpha=a", "--rename", "state=h", "--lacks", "scale", "--scale", "1"]
    by_facts = CliRunner().invoke(main, [*asked, *case, *said])
    assert (by_file.exit_code, by_facts.exit_code) == (0, 0), by_file.output + by_facts.output
    wrong = CliRunner().invoke(main, [*asked, *case, *said, "--rename", "alfa=a"])
    assert (wrong.exit_code, "rename has key 'alfa'" in wrong.output) == (2, True)
    without = CliRunner().invoke(main, [*asked, *case, *said, "--gate", "log"])
    assert (without.exit_code, "needs A_log" in " ".join(without.output.split())) == (3, True)


def test_a_parameter_that_a_function_does_not_take_is_said(written):
    asked = ["check", f"{__name__}:memory", "--rule", "scalar_decay", "--convention", "refmem"]
    found = CliRunner().invoke(main, [*asked, "--gate", "softplus", "--rename", "alpha=h"])
    said = " ".join(found.output.split())
    assert found.exit_code == 3
    assert "expected A_log as well: --parameters says which of A_log, dt_bias there are" in said


def test_the_signature_is_said_and_nothing_runs(written):
    written(FUSED)
    asked = ["check", f"{__name__}:fused", "--rule", "gated_delta", "--convention", "mine.toml"]
    found = CliRunner().invoke(main, [*asked, "--signature"])
    assert found.exit_code == 0
    assert re.search(r"a +\(B, T, H\) +float32 +alpha is exp\(-exp\(A_log\) softplus", found.output)
    assert re.search(r"state +\(B, H, K, V\) +float32 +memory after the last token", found.output)
    assert "    scale" not in found.output
    nothing = CliRunner().invoke(main, ["check", "onnx-reference", "--signature"])
    assert (nothing.exit_code, "--signature is of a function" in nothing.output) == (2, True)


def test_a_contract_in_a_file_fills_what_is_open():
    said = {"lacks": ["state"], "multiple": 16, "returns": "out"}
    assert Contract().beside(said) == Contract(lacks=("state",), multiple=16, returns=("out",))
    assert Contract(multiple=64).beside(said).multiple == 64


FUSED = """
like = "fla"
gate = "softplus"
strength = "sigmoid"
groups = []
scale = "1"

[rename]
alpha = "a"
state = "h"

[contract]
lacks = ["scale"]
"""


def fused(q, k, v, a, beta, A_log, dt_bias, h=None):
    return raw.Kernel(raw.gated_delta)(
        q=q, k=k, v=v, g=a, beta=beta, A_log=A_log, dt_bias=dt_bias, initial_state=h
    )


def memory(q, k, v, h=None, scale=1):
    out, S = raw.scan(q, k, v, np.ones(v.shape[:3], v.dtype), None, 0 if h is None else h)
    return scale * out, S
