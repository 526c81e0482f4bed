"""Claim: memories with momentum or a window add up gradients of the objectives they ship.

    C[t] = eta C[t-1] - theta grad L(B)      S[t] = kept S[t-1] + C[t]

B is where the gradient is taken: the state before the token or its batch, or the decayed state.
The delta rule with momentum on its values alone is one gradient step on |S k|^2/2 - <C, S>.

Used by:  refmem.momentum_delta, refmem.gradient_momentum_delta, refmem.titans,
          refmem.titans_decayed_error, refmem.titans_normed, refmem.titans_mlp,
          refmem.titans_mlp_normed, refmem.omega, refmem.atlas
Source:   worked out here; each rule names its own
Method:   the shipped objectives are differentiated by SymPy, entry by entry, and compared with the
          shipped steps on symbols; hidden layers with an activation that can be any function.
"""

import refmem
from refmem.algebra import join, recall

from ..proving.descent import ANY_ACTIVATION, SIZES, eps, in_widths, one_token, slopes
from ..proving.statement import Equation

NARROW = SIZES | {"V": 2, "K": 2, "M": 1}


def momentum_of_the_values_is_a_part_of_the_objective():
    """momentum_delta: S[t] = S - grad (|recall(S, k)|^2/2 - <S, C[t]>) at S = S[t-1]."""
    state, token = one_token(refmem.momentum_delta)
    new, _ = refmem.momentum_delta.step(state, **token)
    seen = token | {"C": new.momentum}
    (slope,) = slopes(refmem.momentum_delta, (state.memory,), seen)
    yield Equation(new.memory, state.memory - slope)


def momentum_of_the_whole_gradient_taken_where_forgetting_left_the_state():
    """gradient_momentum_delta: C = mu C - eta grad L(alpha S), S = alpha S + beta C."""
    rule = refmem.gradient_momentum_delta
    state, token = one_token(rule, left_out=("p",))
    left = token["alpha"] * state.memory
    (slope,) = slopes(rule, (left,), token)
    new, _ = rule.step(state, **token)
    yield Equation(new.momentum, token["mu"] * state.momentum - token["eta"] * slope)
    yield Equation(new.memory, left + token["beta"] * new.momentum)


def titans_takes_it_where_the_batch_began():
    """titans: C = eta C - theta grad L(B), S = (1 - forget) S + C."""
    state, token = one_token(refmem.titans)
    (slope,) = slopes(refmem.titans, (state.start,), token)
    new, _ = refmem.titans.step(state, **token)
    yield Equation(new.momentum, token["eta"] * state.momentum - token["theta"] * slope)
    yield Equation(new.memory, (1 - token["forget"]) * state.memory + new.momentum)


def titans_the_other_way_round_forgets_first():
    """titans_decayed_error: the same with B = (1 - forget) S."""
    rule = refmem.titans_decayed_error
    state, token = one_token(rule)
    left = (1 - token["forget"]) * state.memory
    (slope,) = slopes(rule, (left,), token)
    new, _ = rule.step(state, **token)
    yield Equation(new.momentum, token["eta"] * state.momentum - token["theta"] * slope)
    yield Equation(new.memory, left + new.momentum)


def a_normed_memory_learns_by_the_chain_rule():
    """titans_normed: the same through a layer norm."""
    rule = refmem.titans_normed
    state, token = one_token(rule, sizes=NARROW, eps=eps)
    (slope,) = slopes(rule, (state.start,), token)
    learned = token["eta"] * state.momentum - rule.step(state, **token)[0].momentum
    z = recall(state.start, token["k"])
    yield Equation(in_widths(learned, z), in_widths(token["theta"] * slope, z))


def hidden_layers_learn_by_the_chain_rule():
    """titans_mlp, titans_mlp_normed: both layers, for any activation f with slope f'."""
    for rule in (refmem.titans_mlp, refmem.titans_mlp_normed):
        options = {name: x for name, x in (("eps", eps),) if name in rule.options}
        state, token = one_token(rule, sizes=NARROW, activation=ANY_ACTIVATION, **options)
        new, _ = rule.step(state, **token)
        hidden = ANY_ACTIVATION.value(recall(state.start1, token["k"]))
        z = recall(state.start2, hidden)
        both = slopes(rule, (state.start1, state.start2), token)
        for before, after, slope in zip((state.C1, state.C2), (new.C1, new.C2), both, strict=True):
            learned = token["eta"] * before - after
            yield Equation(in_widths(learned, z), in_widths(token["theta"] * slope, z))


def a_window_adds_the_gradients_of_its_tokens():
    """omega: S = alpha S - eta grad L(S); atlas: C = theta C + grad L(S), L over the window."""
    for rule, options in ((refmem.omega, {}), (refmem.atlas, {"iterations": 0})):
        state, token = one_token(rule, **options)
        keys = join(state.keys[..., 1:, :], token["k"][:, None])
        window = {"keys": keys, "values": join(state.values[..., 1:, :], token["v"][:, None])}
        (slope,) = slopes(rule, (state.memory,), token | window)
        new, _ = rule.step(state, **token)
        if rule is refmem.omega:
            yield Equation(new.memory, token["alpha"] * state.memory - token["eta"] * slope)
        else:
            yield Equation(new.momentum, token["theta"] * state.momentum + slope)


def false_twin_that_takes_the_gradient_at_the_state():
    """titans within a batch: S[t-1] is not B."""
    state, token = one_token(refmem.titans)
    (slope,) = slopes(refmem.titans, (state.memory,), token)
    new, _ = refmem.titans.step(state, **token)
    yield Equation(new.momentum, token["eta"] * state.momentum - token["theta"] * slope)


CLAIMS = (
    momentum_of_the_values_is_a_part_of_the_objective,
    momentum_of_the_whole_gradient_taken_where_forgetting_left_the_state,
    titans_takes_it_where_the_batch_began,
    titans_the_other_way_round_forgets_first,
    a_normed_memory_learns_by_the_chain_rule,
    hidden_layers_learn_by_the_chain_rule,
    a_window_adds_the_gradients_of_its_tokens,
)
FALSE = (false_twin_that_takes_the_gradient_at_the_state,)
