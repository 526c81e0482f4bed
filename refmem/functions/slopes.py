"""Slopes of heads: how fast each forgets, by published formulas. A factor is exp(-slope).

Plain floats: a rule that takes one turns it into the numbers of its call.
"""

from __future__ import annotations


def head_slopes(heads: int) -> list[float]:
    """ALiBi's: 2^(-8/H), its square, its cube, ... for H heads, a power of two.

    Otherwise those of the power of two below, then every second one of the power of two above.

    >>> head_slopes(4)
    [0.25, 0.0625, 0.015625, 0.00390625]
    >>> head_slopes(3)
    [0.0625, 0.00390625, 0.25]

    Source: Press et al. 2021, arXiv:2108.12409, and its published code.
    """
    below = 1 << max(heads.bit_length() - 1, 0)
    if below == heads:
        return [2.0 ** (-8 * (head + 1) / heads) for head in range(heads)]
    return head_slopes(below) + head_slopes(2 * below)[0::2][: heads - below]


def lightning_slopes(heads: int, layer: int, layers: int) -> list[float]:
    """`head_slopes`, flatter in deeper layers: times 1 - layer/(layers - 1) + 1e-5.

    >>> lightning_slopes(2, 1, 3)
    [0.031250625, 0.0019531640625]

    Source: the published code of TransNormerLLM and MiniMax-01; one layer counts as the first.
    """
    depth = layer / (layers - 1) if layers > 1 else 0.0
    return [slope * (1 - depth + 1e-5) for slope in head_slopes(heads)]


def linear_slopes(heads: int, layer: int, layers: int) -> list[float]:
    """8 h/H (1 - layer/layers) for head h = 0, 1, ...: the first head forgets nothing.

    >>> linear_slopes(4, 1, 2)
    [0.0, 1.0, 2.0, 3.0]

    Source: Qin et al. 2023 (TransNormerLLM), arXiv:2307.14995, as flash-linear-attention has it.
    """
    return [8 * head / heads * (1 - layer / layers) for head in range(heads)]
