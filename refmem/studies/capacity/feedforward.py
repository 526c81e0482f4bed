"""Feed-forward blocks as memories: every hidden unit is a pair, its activation a kernel.

    dense   1/SNR = (m - 1) E act(s z)^2/act(s^2)^2          m units, s the length of the input
    gated   times 1/s^2: the second key multiplies the ratio of the linear kernel
    routed  k m - 1 units in place of m - 1: k active experts of m units each

The input is the key of the unit that is read (both keys, in a gated block); all other keys are
standard normal.
"""

from __future__ import annotations

from typing import Any

from refmem.functions import kernels
from refmem.functions.activations import Activation, find_activation
from refmem.functions.kernels import Kernel
from refmem.studies.capacity.arguments import check_count, check_number
from refmem.studies.capacity.gaussian import gaussian_moments
from refmem.studies.capacity.moments import exp_of
from refmem.studies.capacity.snr import log_ratio
from refmem.studies.capacity.values import STANDARD, Values

SAME = {
    "identity": kernels.linear,
    "square": kernels.polynomial(2),
    "relu": kernels.relu_kernel,
    "sigmoid": kernels.sigmoid_kernel,
    "exp": kernels.exponential,
    "softmax": kernels.softmax,
    "solu": kernels.solu,
}
"""Activations that are kernels under another name; the normaliser of SoLU changes nothing."""


def kernel_of(activation: Activation | str) -> Kernel:
    """An activation as a kernel of the score, so that all of refmem.studies.capacity takes it.

    Closed forms exist for `functions.kernels`, ReLU squared and GELU; others are integrated.

    >>> from refmem.studies.capacity import inverse_snr
    >>> round(1000 * inverse_snr(kernel_of("silu"), pairs=2, dim=64, tau=1), 3)
    7.776
    """
    activation = find_activation(activation)
    if activation.name in SAME:
        return SAME[activation.name]
    name = "relu(2)" if activation.name == "relu_squared" else activation.name
    return Kernel(name, activation.equation, activation.value)


def ffn_inverse_snr(activation: Activation | str = "relu", **given: Any) -> float:
    """1/SNR of a feed-forward block; the arguments are those of `log_ffn_inverse_snr`.

    >>> round(ffn_inverse_snr("relu", width=4096, dim=1024), 6)           # 4095/(2 d)
    1.999512
    >>> round(ffn_inverse_snr("relu", width=4096, dim=1024, gated=True), 6)
    0.001953
    >>> round(ffn_inverse_snr("relu", width=512, dim=1024, experts=8, active=2), 6)
    0.499512
    """
    return exp_of(log_ffn_inverse_snr(activation, **given))


def log_ffn_inverse_snr(
    activation: Activation | str,
    *,
    width: int,
    dim: int,
    norm2: float | None = None,
    gated: bool = False,
    experts: int = 1,
    active: int = 1,
    values: Values = STANDARD,
) -> float:
    """The natural logarithm of 1/SNR of a feed-forward block.

    activation   of refmem.functions.activations
    width        m, hidden units of one expert
    dim          d, the width of the input
    norm2        s^2 of the input; d unless given, as a layer norm leaves it
    gated        whether it is a gated linear unit: activation(gate) * up
    experts      E, of which `active` answer; the expert of the unit that is read is among them
    values       their mean matters to activations with a mean; not with `gated`, where it is 0

    Proof: derivations/snr/activation.py, snr/gated_unit.py, snr/mixture_of_experts.py
    """
    width = check_count("width", width, "hidden units")
    dim = check_count("dim", dim, "entries of an input")
    experts = check_count("experts", experts, "experts")
    active = check_count("active", active, "experts")
    if active > experts:
        raise ValueError(
            f"capacity: active has value {active}, expected at most {experts}, because there are "
            "no more experts"
        )
    square = float(dim)
    if norm2 is not None:
        square = check_number("norm2", norm2, "it is a squared length", above=0)
    of_one = gaussian_moments(kernel_of(activation), square, dim, 1.0, 1.0)
    if gated:
        of_up = gaussian_moments(kernels.linear, square, dim, 1.0, 1.0)
        of_one = type(of_one)(*(a + b for a, b in zip(of_one, of_up, strict=True)))
    return log_ratio(of_one, active * width, values)
