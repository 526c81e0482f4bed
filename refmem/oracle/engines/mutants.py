"""What engines do wrong between calls: the definition with one mistake each, and how it is called.

They have two lives: the tests kill every one, and an engine that fails is compared with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from refmem.around.serving import Pool
from refmem.oracle.engines.mistakes import (
    BeginsAnew,
    ClearsByZero,
    ConvolutionKeepsDrafts,
    ConvolutionLags,
    ConvolutionStays,
    CopyDoesNothing,
    CopySharesMemory,
    KeepsAllDrafts,
    KeepsNoDraft,
    KeepsOneDraftMore,
    PaddingWrites,
    ReadsSlack,
    RestoresHalf,
    ReusesDirty,
    SnapshotIsLive,
    WritesByPlace,
)


class Mutant(NamedTuple):
    """A mistake.

    says    what an engine that makes it does
    pool    the definition that makes it
    seen    where it was reported
    look    where to look
    about   what it is about, where not every engine can make it
    """

    says: str
    pool: Callable[..., Pool]
    look: str
    seen: str = ""
    about: str = ""


MUTANTS = (
    Mutant(
        "every call begins from nothing",
        BeginsAnew,
        "where the state of a slot is loaded",
        "LMCache/LMCache#4247",
    ),
    Mutant(
        "the state after j accepted drafts is that of all k",
        KeepsAllDrafts,
        "which of the states after each draft is kept",
        "vllm-project/vllm#39273, sgl-project/sglang#25587",
    ),
    Mutant(
        "a rejected draft leaks: the state is that of one draft more than was accepted",
        KeepsOneDraftMore,
        "whether state j is before or after draft j",
        "microsoft/onnxruntime#32166",
    ),
    Mutant(
        "accepted drafts are lost: where one is rejected, the state is that before all",
        KeepsNoDraft,
        "what is replayed after a rejection",
    ),
    Mutant(
        "a slot of another request is changed: sequence n writes slot n, and not slots[n]",
        WritesByPlace,
        "the index with which states are stored",
        "wtdcode/vllm-backport#63",
    ),
    Mutant(
        "a copy shares memory with its source: each call on one changes the other",
        CopySharesMemory,
        "a missing copy of the array",
        "FlashML-org/FreeToken#287",
    ),
    Mutant("a copy leaves the target as it was", CopyDoesNothing, "the copy of states"),
    Mutant(
        "the snapshot aliases the live state: what was kept changes with later calls",
        SnapshotIsLive,
        "whether what is handed out is a view",
        "waybarrios/vllm-mlx#575",
    ),
    Mutant(
        "padding writes: what slot -1 is asked goes to the last slot",
        PaddingWrites,
        "a negative index, or a clamped one",
        "sgl-project/sglang#36880, vllm-project/vllm#51508",
    ),
    Mutant(
        "tokens beyond the last sequence are read as if they were its own",
        ReadsSlack,
        "where the last sequence ends: cu_seqlens[-1], and not the number of rows",
        "fla-org/flash-linear-attention#892",
    ),
    Mutant(
        "NaN of a request that has left spreads: what is unused is multiplied by zero",
        ClearsByZero,
        "0 * NaN: assign zero, and select instead of multiplying by a mask",
        "Dao-AILab/flash-attention#2374, flashinfer-ai/flashinfer#941",
    ),
    Mutant(
        "the convolution's state lags by one token",
        ConvolutionLags,
        "which inputs are kept: the last W - 1, the newest included",
        about="convolution",
    ),
    Mutant(
        "the convolution's state is not rolled back with the memory: it is that of all",
        ConvolutionKeepsDrafts,
        "the rollback of both states",
        "ekryski/mlx-swift-lm#218, ggml-org/llama.cpp#28466",
        about="convolution",
    ),
    Mutant(
        "the convolution's state is not copied with the memory",
        ConvolutionStays,
        "the copy of both states",
        about="convolution",
    ),
    Mutant(
        "a restored state has passed through float16",
        RestoresHalf,
        "the dtype in which snapshots are kept",
    ),
    Mutant(
        "a slot is reused dirty: the next request begins from what the last one left",
        ReusesDirty,
        "where a slot is given to a new request",
        "vllm-project/vllm#56524",
    ),
)
"""Every mistake; the first that fits is said."""


def mutants_of(memory: Any) -> list[Mutant]:
    """Those that an engine of this memory can make."""
    convolved = hasattr(memory, "over")
    return [one for one in MUTANTS if convolved or one.about != "convolution"]
