"""What is stored and how it is read: the arguments that theory and simulation share, checked."""

from __future__ import annotations

from typing import Any, NamedTuple

from refmem.functions.kernels import Kernel, find_kernel
from refmem.studies.capacity.arguments import check_choice, check_count, check_number, check_tau
from refmem.studies.capacity.values import STANDARD, Values

KEYS = ("gaussian", "averaged", "sphere", "rademacher")


class Setting(NamedTuple):
    """N pairs of random keys and values, read with one of the keys.

    pairs    N, how many are stored, the one read among them
    dim      d, the width of a key
    tau      temperature: scores are divided by it
    keys     one of KEYS
    norm2    s^2, the squared length of the key read with
    cosine   rho of the query to that key, the query as long as the key
    sigma    noise of every entry of the query
    """

    kernel: Kernel
    pairs: int
    dim: int
    tau: float
    keys: str = "gaussian"
    norm2: float = 1.0
    cosine: float = 1.0
    sigma: float = 0.0
    values: Values = STANDARD


def setting(
    kernel: Kernel | str,
    pairs: Any,
    dim: Any,
    tau: Any,
    keys: str,
    norm2: Any,
    cosine: Any,
    sigma: Any,
    values: Values,
) -> Setting:
    """The checked arguments; ValueError where two of them do not go together."""
    kernel = find_kernel(kernel)
    if kernel.breaking:
        raise ValueError(
            f"capacity: kernel has value {kernel}, expected one whose weights do not depend on "
            "where a key stands, because pairs are exchangeable here"
        )
    check_choice("keys", keys, KEYS, "these distributions are known")
    pairs = check_count("pairs", pairs, "stored pairs")
    dim = check_count("dim", dim, "entries of a key")
    tau = check_tau(tau, dim)
    cosine = check_number("cosine", cosine, "it is the cosine of an angle", least=-1, most=1)
    sigma = check_number("sigma", sigma, "it is a standard deviation", least=0)
    if keys in ("averaged", "rademacher"):
        refuse(f"{keys} keys have their own lengths", norm2=norm2 is not None)
    if keys != "gaussian":
        refuse(f"{keys} keys are asked for with a cosine", sigma=sigma > 0)
    if sigma:
        refuse("the query has the noise sigma instead", cosine=cosine != 1)
    if dim == 1:
        refuse("on a line every query is its key or the opposite", cosine=abs(cosine) != 1)
    square = float(dim)
    if norm2 is not None:
        square = check_number("norm2", norm2, "it is a squared length", above=0)
    return Setting(kernel, pairs, dim, tau, keys, square, cosine, sigma, values)


def refuse(reason: str, **given: bool) -> None:
    """Raise for the first argument that was given and has no meaning in this setting."""
    for name, is_given in given.items():
        if is_given:
            raise ValueError(f"capacity: {name} has a value, expected none, because {reason}")
