"""Options of the command line that say what a target is: how it is called, and its contract."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable
from typing import Any

import click

from refmem.oracle.border.conventions import ALLOWED
from refmem.oracle.border.facts import CONSTANTS, WORDS
from refmem.oracle.targets.contract import Contract

DTYPES = ["float16", "bfloat16", "float32", "float64"]
LIBRARIES = ["numpy", "torch", "jax", "mlx"]
USUAL = {
    "convention": "refmem",
    "library": "numpy",
    "timeout": 60.0,
    "multiple": 1,
    "limit": 0,
    "device": "",
}
"""What options are unless they are given."""

GPU = {"widths": (16, 64, 128), "lengths": (0, 1, 2, 5, 64, 65, 130, 256)}
"""Sizes for kernels that are compiled for each: --sizes gpu."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _names(context: click.Context, option: click.Parameter, given: Any) -> tuple[str, ...]:
    """Names, given one by one or separated by commas."""
    return tuple(name for one in given for name in one.split(",") if name)


def _values(context: click.Context, option: click.Parameter, given: Any) -> dict[str, Any]:
    """NAME=VALUE as a dict; a value that is no Python literal is text, but for true and false."""
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (equals and name):
            raise click.UsageError(f"{option.opts[0]} has value {one!r}, expected NAME=VALUE")
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            found[name] = {"true": True, "false": False}.get(value, value)
    return found


CONVENTION = click.option("--convention", default="refmem", help="How it takes its arrays: fla, "
                          "onnx, mlx, ...; a file such as mine.toml; or module:NAME.")  # fmt: skip

CALL: tuple[Decorator, ...] = (
    click.option("--exec", "command", help="A program: COMMAND DIRECTORY, once for each case."),
    click.option("--rule", help="Only this rule, a name or module:rule; that of a function."),
    CONVENTION,
    click.option("--library", type=click.Choice(LIBRARIES), default="numpy", help="Of arrays."),
    click.option("--dtype", type=click.Choice(DTYPES),
                 help="Likewise; of other targets, only their kernels that have it."),
    click.option("--device", default="", help="Where a function's arrays are, such as cuda."),
    click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0,
                 show_default=True, help="Seconds for one case of a function or a program."),
)  # fmt: skip

SIZES = click.option("--sizes", help="The only widths of keys and values it has, 64,128; or gpu.")
WITHOUT = click.option("--without", multiple=True, callback=_names,
                       help="Leave out this regime by choice.")  # fmt: skip

CONTRACT: tuple[Decorator, ...] = (
    click.option("--lacks", multiple=True, callback=_names,
                 help="What a function does not take: state, scale, an optional input or option."),
    click.option("--returns", multiple=True, callback=_names,
                 help="What it returns: out,state or out,- or out,in-place."),
    click.option("--square", is_flag=True, help="Its values are as wide as its keys."),
    click.option("--multiple", type=click.IntRange(min=1), default=1,
                 help="It takes multiples of so many tokens."),
    click.option("--limit", type=click.IntRange(min=0), default=0,
                 help="It takes at most so many tokens."),
    SIZES,
    WITHOUT,
    click.option("--option", "options", multiple=True, callback=_values, metavar="NAME=VALUE",
                 help="What an option of the rule always is, such as window=128."),
    click.option("--extra", multiple=True, callback=_values, metavar="NAME=VALUE",
                 help="One more argument of every call."),
)  # fmt: skip


TABLES = ("rename", "dtypes")
"""Facts that are said as NAME=VALUE, one by one."""

SAYS = {
    "layout": "Order of axes: {}.",
    "state": "Axes of a matrix of memory, its last two: {}.",
    "gate": "How its gate is passed: {}.",
    "strength": "Its write strength: {}.",
    "step": "Its length of a step, dt: {}.",
    "rate": "Its rate of decay, A: {}.",
    "parameters": "Which of A_log,dt_bias its gate has.",
    "scale": "What reads are multiplied by if no scale is passed: {}.",
    "takes_scale": "Whether a scale can be passed: true or false.",
    "norm": "How it normalises q and k: {}.",
    "eps": "The epsilon of that.",
    "normed": "What is normalised, q,k unless it is said.",
    "denominator_eps": "What it adds to the denominator of a normalised read.",
    "heads": "Which shared head a head uses: {}.",
    "groups": "Which heads may be more than the others: queries,values.",
    "every_head": "Inputs with a row for every head, whichever are more.",
    "state_dtype": "Of states, where it is not that of the inputs.",
    "dtypes": "Another dtype of one array, A_log=float32.",
    "rename": "What one of refmem's names is called there, q=query.",
    "lower_bound": "Of a bounded gate: the least that its logarithm can be.",
    "divisor": "Of a logsigmoid gate.",
    "dt_min": "Of a softplus step: no less.",
    "dt_max": "Of a softplus step: no more.",
}
"""Fact of a convention -> what its option says; {} is what it may be."""


def _fact(word: str) -> Decorator:
    allowed = ALLOWED.get("state_layout" if word == "state" else word, ())
    says = SAYS[word].format(", ".join(one or "''" for one in allowed))
    option = f"--{word.replace('_', '-')}"
    if word in TABLES:
        return click.option(
            option, multiple=True, callback=_values, metavar="NAME=VALUE", help=says
        )
    return click.option(option, metavar="WORD" if allowed else "VALUE", help=says)


FACTS = tuple(word for word in (*WORDS, *CONSTANTS) if word not in ("extra", "contract"))
"""Words that say one fact of a convention each."""


def facts_of(making: dict[str, Any]) -> dict[str, Any]:
    """The facts that were said."""
    return {word: making[word] for word in FACTS if making[word] not in (None, {})}


PROOF: tuple[Decorator, ...] = (
    click.option("--rule", help="What it is to be: a name or module:rule."),
    CONVENTION,
    click.option("--library", default="", help="torch, jax or numpy; found out unless given."),
)


def proof_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a module:function is, whose array code is looked at."""
    own = [option for option in CONTRACT if option not in (SIZES, WITHOUT)]
    for option in reversed((*PROOF, *map(_fact, FACTS), *own)):
        command = option(command)
    return command


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a module:function or a command is."""
    for option in reversed((*CALL, *map(_fact, FACTS), *CONTRACT)):
        command = option(command)
    return command


def contract_of(making: dict[str, Any]) -> Contract:
    """The contract that the options declare."""
    sizes = making["sizes"]
    return Contract(
        lacks=making["lacks"],
        returns=making["returns"],
        square=making["square"],
        multiple=making["multiple"],
        limit=making["limit"],
        without=making["without"],
        options=making["options"],
        extra=making["extra"],
        **(GPU if sizes == "gpu" else {"widths": _widths(sizes)}),
    )


def _widths(sizes: str | None) -> tuple[int, ...]:
    if not sizes:
        return ()
    parts = sizes.split(",")
    if not all(part.isdecimal() and int(part) for part in parts):
        raise click.UsageError(f"--sizes has value {sizes!r}, expected 64 or 64,128 or gpu")
    return tuple(map(int, parts))


def replayed(target: str | None, making: dict[str, Any]) -> str:
    """What says the same target again on the command line."""
    words = ["refmem", "check", *([target] if target else [])]
    for name, value in making.items():
        if name == "rule" or (not value and value != "") or value == USUAL.get(name):
            continue
        said = {"command": "exec", "options": "option"}.get(name, name)
        option = f"--{said.replace('_', '-')}"
        if isinstance(value, dict):
            words += [word for n, v in value.items() for word in (option, f"{n}={v}")]
        elif isinstance(value, bool):
            words.append(option)
        else:
            words += [option, ",".join(value) if isinstance(value, tuple) else str(value)]
    return shlex.join(words)
