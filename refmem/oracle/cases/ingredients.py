"""How each input of each rule is drawn, unless a regime says otherwise.

Names mean the same in nearly all rules, so there is one table by name, and one for the few rules
that mean something else by a name or would explode on what suits others.
"""

from __future__ import annotations

from refmem.oracle.cases import draws
from refmem.oracle.cases.draws import MILD, Draw

SIXTEENTHS = tuple(n / 16 for n in range(1, 16))
RATES = (1 / 32, 1 / 16, 1 / 8)
"""Learning rates at which an inner gradient step stays small."""

MOMENTA = (1 / 4, 1 / 2, 3 / 4)
SMALL = tuple(n / 16 for n in range(-4, 5))
"""Weights of a layer: its outputs are no larger than its inputs."""

GATES = draws.log_gates(*MILD)
STRENGTHS = draws.levels(*SIXTEENTHS)
LOGS = draws.levels(*MILD)
SIGNED = draws.signed
UNIT = draws.unit_keys

USUAL: dict[str, Draw] = {
    "q": SIGNED,
    "k": UNIT,
    "v": SIGNED,
    "alpha": GATES,
    "log_alpha": LOGS,
    "gamma": draws.levels(7 / 8, 15 / 16, 31 / 32),
    "count": draws.counting,
    "beta": STRENGTHS,
    "erase": STRENGTHS,
    "write": STRENGTHS,
    "p": draws.near_keys,
    "a": UNIT,
    "b": draws.erasing,
    "w": UNIT,
    "r": SIGNED,
    "u": SIGNED,
    "state": draws.random_state,
    "kappa": UNIT,
    "rho": SIGNED,
    "f": GATES,
    "i": SIGNED,
    "log_i": draws.levels(-1, -1 / 2, 0, 1 / 2),
    "log_f": LOGS,
    "x": SIGNED,
    "dt": draws.levels(1 / 8, 1 / 4, 1 / 2),
    "A": draws.levels(-1, -1 / 2, -1 / 4),
    "B": UNIT,
    "C": SIGNED,
    "D": SIGNED,
    "s": SIGNED,
    "levels": STRENGTHS,
    "slopes": draws.levels(1 / 4, 1 / 8, 1 / 16),
    "sink": SIGNED,
    "first_bias": SIGNED,
    "bias": draws.levels(*SMALL),
    "weight": draws.levels(1 / 2, 3 / 4, 1, 5 / 4),
    "projection": SIGNED,
    "gamma_q": draws.levels(3 / 4, 1, 5 / 4),
    "gamma_k": draws.levels(3 / 4, 1, 5 / 4),
    "beta_q": draws.levels(*SMALL),
    "beta_k": draws.levels(*SMALL),
    "drift": draws.levels(1 / 64, 1 / 32, 1 / 16),
    "noise": draws.levels(1 / 2, 1, 2),
    "eta": draws.levels(*MOMENTA),
    "mu": draws.log_gates(-5 / 4, -3 / 4, -1 / 4),
    "theta": draws.levels(*RATES),
    "forget": draws.levels(1 / 64, 1 / 32, 1 / 16),
    "fade": draws.log_gates(-1 / 8, -1 / 16, -1 / 32),
    "center": draws.levels(-1, -1 / 2, -1 / 4),
    "lam": draws.levels(1, 2, 4),
    "tau": draws.levels(1 / 4, 1 / 2, 1),
    "rate0": draws.levels(*RATES),
    "rate1": draws.levels(*RATES),
    "rate2": draws.levels(*RATES),
    "momentum": draws.levels(*MOMENTA),
    "w0": draws.levels(*SMALL),
    "w1": draws.levels(*SMALL),
    "w2": draws.levels(*SMALL),
    "b1": draws.levels(*SMALL),
    "b2": draws.levels(*SMALL),
    "w_hidden": draws.levels(-1 / 32, 0, 1 / 16),
    "w_in": draws.levels(*SMALL),
    "w_out": draws.levels(*SMALL),
    "w_gate": draws.levels(*SMALL),
    "decay": draws.levels(7 / 8, 15 / 16),
    "rate": draws.levels(*RATES),
    "router": SIGNED,
    "patterns": SIGNED,
    "inverse_temperature": draws.levels(1 / 2, 1, 2),
    "left": SIGNED,
    "right": SIGNED,
    "left_keys": SIGNED,
    "right_keys": SIGNED,
    "values": SIGNED,
}
"""Input -> how it is drawn."""

OF_RULE: dict[str, dict[str, Draw]] = {
    "gated_oja": {"v": UNIT},
    "rwkv4": {"k": SIGNED, "w": draws.levels(-1, -1 / 2, -1 / 8), "u": SIGNED},
    "rwkv7": {"w": GATES, "a": STRENGTHS},
    "hopfield_classical": {"x": draws.signs, "patterns": draws.signs},
    "least_squares": {"gamma": draws.levels(7 / 8, 15 / 16, 31 / 32)},
    "omega": {"gamma": STRENGTHS, "eta": draws.levels(*RATES)},
    "atlas": {"gamma": STRENGTHS, "eta": draws.levels(*RATES), "theta": draws.levels(*MOMENTA)},
    "ttt_linear": {"eta": draws.levels(*RATES)},
    "ttt_mlp": {"eta": draws.levels(*RATES)},
    "fast_weights": {"rate": draws.levels(1 / 256, 1 / 128)},
    "preconditioned_delta": {"weight": STRENGTHS},
    "preconditioned_kda": {"weight": STRENGTHS},
}
"""Rule -> inputs that it needs drawn in another way. Oja's explodes unless values have norm one."""

STREAMS = {"p": "k", "b": "a"}
"""Inputs that are drawn from the random stream of another one, because they are near it."""

GATE: dict[str, str] = {"rwkv7": "w", "hgrn": "f", "mlstm": "log_f"}
"""Rule -> its forget gate, where that is neither alpha nor log_alpha."""

WHOLE = frozenset({"count"})
"""Inputs that are whole numbers."""

SIZES = {"M": 6, "L": 9, "C": 4, "E": 4, "N": 5, "R": 8}
"""Axes that are neither tokens nor channels of keys and values: slots, levels, windows, experts."""

OPTIONS: dict[str, dict[str, float]] = {
    "lact": {"batch": 16},
    "ttt_linear": {"eps": 1 / 16},
    "ttt_mlp": {"eps": 1 / 16},
    "titans_normed": {"eps": 1 / 16},
    "titans_mlp_normed": {"eps": 1 / 16},
}
"""Rule -> options of its cases: by default nothing would happen before token 2048, or the first
step of a layer of zeros would be so large, 1/sqrt(eps), that no later one matters."""

FIRST_STATE: dict[str, frozenset[str]] = {
    "lact": frozenset({"w0", "w1", "w2"}),
    "titans_mlp": frozenset({"w1", "w2"}),
    "titans_mlp_normed": frozenset({"w1", "w2"}),
    "ttt_mlp": frozenset({"w1", "b1", "w2", "b2"}),
}
"""Rule -> inputs that are the first state, and do not matter where a state is passed."""
