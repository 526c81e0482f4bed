"""flash-linear-attention: its `naive.py` files on any machine, its kernels where there is a GPU.

Triton's own interpreter counts as a GPU, a slow one: TRITON_INTERPRET=1 refmem check fla --seed 2.

Found of the kernels with fla-core 0.6.0 and triton 3.9.0, by that command, in float32:

- Every fused_recurrent kernel is right, packed sequences too: gated delta, KDA, GDN-2, Comba,
  delta, DPLR, IPLR, linear attention, simple GLA, GLA, RWKV-6.
- The chunk kernels of gated delta, KDA, GDN-2, Comba, simple GLA, GLA and RWKV-6 return NaN where a
  gate is exactly zero, and lose digits where gates are all but zero (logarithms of -20): 30 to 80
  times the budget. Both are because they subtract cumulative sums. All else is right, packed too.
- chunk_delta_rule and chunk_gated_delta_product refuse float32. In float16 they keep what a chunk
  writes in float16, so that their float32 states have the error of float16, 1e-3, and their outputs
  up to four times the budget; the second has the NaN above, too.
- chunk_comba and chunk_iplr_delta_rule miss the budget by up to a half in one case each, and
  parallel_path_attn does by 12 times from its second block of 64 tokens on (8e-6).
- The gradients of the chunk kernels of gated delta and Comba are NaN, and lose digits, in the same
  cases as their outputs; all others are right, the one by the gate to 1.5 times c = 2.
- deltaformer_attn needs flash-attn, and chunk_dplr_delta_rule a compiler: they were not run.

Found of the naive files with fla-core 0.6.0 and torch 2.13.0 on a CPU, float32:

- `naive_recurrent_comba` is not Comba: its error reads the state after the decay. The chunked naive
  of the same file, like the paper and the kernels, reads it before. (Its results equal
  `refmem.comba_decayed_error`.)
- `naive_deltaformer_attn` takes out of a value what the query recalls, not what the key does. So do
  the kernels beside it, as one reads: it is `refmem.deltaformer` with w = q, not the paper's w = k.
- The chunked naives of gated delta, KDA, GDN-2, Comba, DPLR and simple GLA return NaN where a gate
  is exactly zero (a logarithm of minus infinity), because they subtract cumulative sums; the
  recurrent ones are right. Their gradients are NaN there too, and that of chunked GDN-2 already
  where logarithms of -20 add up, because it exponentiates before it masks.
- The chunked naives of gated delta, GDN-2 and Comba invert the triangular system of a chunk: with
  one key channel their gradients are off by up to 2.5 times what is allowed.
- GLA, delta, IPLR, DPLR and DeltaFormer take no scale and always use 1/sqrt(K); Gated DeltaProduct
  takes one, uses it, and has no default. With that said, all of them are right.
- Without tokens, the naives of gated delta, chunked simple GLA, Comba and Gated DeltaProduct return
  the caller's own initial state.
- Titans' naive gradient is wrong: D * grad - grad.sum() / (rstd * D) needs parentheses around the
  difference. For a random memory of width 6 its step is off by 8.8 times the step itself; with the
  parentheses it is right to 3e-16. It is not among the functions below, because its read differs
  from `refmem.titans_normed` too.
- The chunked naive of Momentum DeltaNet is wrong where mu is well below alpha, because it takes
  1 - exp of differences of converging sums; it also adds 1e-6 to beta. The recurrent one is right.
- The conjugate gradients of MesaNet stop short, by 1e-4, because of 1e-5 in their denominators.
- Based and ReBased add 1e-6 to a denominator that is positive without: up to 1e-6 and 2e-5 here.
- TTT's naive multiplies the caller's queries by the scale, in place. It reads otherwise than
  `refmem.ttt_linear`, so it is not among the functions below; nor is HGRN's, which has no queries:
  its recurrent form is right, and its chunked form where T is one chunk, all that it takes.
- Everything else below is right, log-linear attention with several heads among it.
"""

from __future__ import annotations

import importlib.util
import pathlib

from refmem.oracle.targets.callable import Group
from refmem.oracle.targets.fla.kernels import interpreted, kernel_targets
from refmem.oracle.targets.fla.naive import naive_targets
from refmem.oracle.targets.target import UnavailableError, require


def make_fla() -> Group:
    """The kernels if there is a GPU or Triton's interpreter, else the naive files."""
    torch = require("torch")
    home = _home()
    if torch.cuda.is_available() or interpreted():
        require("triton")
        return Group("fla", list(kernel_targets("cuda" if torch.cuda.is_available() else "")))
    return Group("fla", naive_targets(home))


def _home() -> pathlib.Path:
    found = importlib.util.find_spec("fla")
    if found is None or not found.submodule_search_locations:
        raise UnavailableError(
            "fla is not installed; install it with: pip install fla-core (--no-deps without a GPU)"
        )
    return pathlib.Path(found.submodule_search_locations[0])
