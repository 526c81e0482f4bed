"""Claim: memories that learn in batches add gradients that are all taken where the batch began.

    S[t] = B - sum over the tokens i <= t of the batch of grad L_i(B)

B changes only with the last token of a batch, when what was added up is written into it.

Used by:  refmem.batch_delta, refmem.ttt_linear, refmem.ttt_mlp, refmem.lact
Source:   worked out here; each rule names its own
Method:   the shipped objectives are differentiated by SymPy, entry by entry, and compared with the
          shipped steps on symbols, the place in the batch included; hidden layers with an
          activation that can be any function.
"""

import refmem
from refmem.algebra import recall, with_ones

from ..proving.descent import ANY_ACTIVATION, SIZES, eps, in_widths, one_token, slopes
from ..proving.statement import Equation

NARROW = SIZES | {"V": 2, "K": 2, "M": 1}


def the_delta_rule_corrects_the_memory_the_batch_found():
    """batch_delta: what is written grows by -grad L(B)."""
    state, token = one_token(refmem.batch_delta)
    (slope,) = slopes(refmem.batch_delta, (state.start,), token)
    new, _ = refmem.batch_delta.step(state, **token)
    last = state.place[..., -1]
    yield Equation(new.written, (1 - last) * (state.written - slope))
    yield Equation(new.start, state.start + last * (state.written - slope))


def a_normed_layer_learns_by_the_chain_rule():
    """ttt_linear: the sum of slopes grows by eta grad L(B), and tau of it is learned at last."""
    rule = refmem.ttt_linear
    state, token = one_token(rule, sizes=NARROW, batch=2, eps=eps)
    (slope,) = slopes(rule, (state.start,), token)
    new, _ = rule.step(state, **token)
    last, z = state.place[..., -1], recall(state.start, with_ones(token["k"]))
    grown = new.slopes - (1 - last) * state.slopes
    wanted, bias = (1 - last) * token["eta"] * slope, state.start[..., -1, :]
    yield Equation(in_widths(grown, z, bias), in_widths(wanted, z, bias))
    learned = (1 - last) * (state.start - new.start)
    yield Equation(learned, last * token["tau"] * new.slopes)


def two_layers_learn_by_the_chain_rule():
    """ttt_mlp: the same for both layers, their biases included, for any activation."""
    rule = refmem.ttt_mlp
    state, token = one_token(rule, sizes=NARROW, batch=2, eps=eps, activation=ANY_ACTIVATION)
    hidden = ANY_ACTIVATION.value(recall(state.start1, with_ones(token["k"])))
    z, kept = recall(state.start2, with_ones(hidden)), 1 - state.place[..., -1]
    new, _ = rule.step(state, **token)
    both = slopes(rule, (state.start1, state.start2), token)
    for layer, slope in zip("12", both, strict=True):
        grown = getattr(new, f"slopes{layer}") - kept * getattr(state, f"slopes{layer}")
        wanted, bias = kept * token["eta"] * slope, state.start2[..., -1, :]
        yield Equation(in_widths(grown, z, bias), in_widths(wanted, z, bias))


def a_gated_layer_learns_by_the_chain_rule():
    """lact: the slopes of its three matrices, each with a rate of its own."""
    rule = refmem.lact
    state, token = one_token(rule, sizes=NARROW, batch=2, eps=eps)
    each = slopes(rule, (state.W0, state.W1, state.W2), token)
    new, _ = rule.step(state, **token)
    last = state.place[..., -1]
    for name, slope in zip("012", each, strict=True):
        summed = getattr(state, f"slope{name}") - token[f"rate{name}"] * slope
        yield Equation(getattr(new, f"slope{name}"), (1 - last) * summed)


def false_twin_that_follows_its_own_batch():
    """batch_delta with the error of B and what is written so far: the delta rule itself."""
    state, token = one_token(refmem.batch_delta)
    (slope,) = slopes(refmem.batch_delta, (state.start + state.written,), token)
    new, _ = refmem.batch_delta.step(state, **token)
    yield Equation(new.written, (1 - state.place[..., -1]) * (state.written - slope))


CLAIMS = (
    the_delta_rule_corrects_the_memory_the_batch_found,
    a_normed_layer_learns_by_the_chain_rule,
    two_layers_learn_by_the_chain_rule,
    a_gated_layer_learns_by_the_chain_rule,
)
FALSE = (false_twin_that_follows_its_own_batch,)
