"""A derivation holds on to the code: break what it speaks of, once each, and it no longer holds."""

import ast
import importlib
from pathlib import Path

import pytest

import refmem
from derivations.proving.run import ROOT, names, sections_of
from tests.derivations.breaking import broken, fails, wrong

BREAKS = {
    "adjoint/is_a_memory": "refmem.forms.adjoint.exchanged",
    "adjoint/mesa": "refmem.mesa",
    "adjoint/softmax": "refmem.softmax_attention",
    "adjoint/transition": "refmem.gla",
    "duality/delta": "refmem.delta",
    "duality/deltaformer": "refmem.deltaformer",
    "duality/hebbian": "refmem.linear_attention",
    "duality/neumann": "refmem.algebra.unit_lower_solve",
    "expressivity/automata": "refmem.generalized_delta",
    "expressivity/brackets": "refmem.linear_attention",
    "expressivity/decay": "refmem.gla",
    "expressivity/exchange": "refmem.deltaformer",
    "expressivity/fading": "refmem.delta",
    "expressivity/four_exponentials": "refmem.deltaformer",
    "expressivity/heads": "refmem.softmax_attention",
    "expressivity/heads_of_paths": "refmem.softmax_attention",
    "expressivity/householder": "refmem.delta",
    "expressivity/key_count": "refmem.studies.expressivity.keys.sufficient_width",
    "expressivity/lookup": "refmem.softmax_attention",
    "expressivity/parity": "refmem.delta",
    "expressivity/places": "refmem.linear_attention",
    "expressivity/polynomial_keys": "refmem.studies.expressivity.keys.polynomial_keys",
    "expressivity/projections": "refmem.delta",
    "expressivity/rank": "refmem.deltaformer",
    "expressivity/reachability": "refmem.deltaformer",
    "expressivity/scales": "refmem.delta",
    "expressivity/squarings": "refmem.algebra.unit_lower_solve",
    "expressivity/sums": "refmem.softmax_attention",
    "expressivity/turning": "refmem.gla",
    "forms/chebyshev": "refmem.rules.regression.gated_kalmanet.chebyshev",
    "forms/chunked": "refmem.linear_attention",
    "forms/delta_parallel": "refmem.delta",
    "forms/deltaformer_chunks": "refmem.deltaformer",
    "forms/elementwise_attention": "refmem.sigmoid_attention",
    "forms/halving": "refmem.forms.decay.halvings",
    "forms/log_linear": "refmem.log_linear_attention",
    "forms/normaliser": "refmem.normalized_linear_attention",
    "forms/parallel": "refmem.linear_attention",
    "forms/path_attention": "refmem.path_attention",
    "forms/scan": "refmem.linear_attention",
    "forms/sherman_morrison": "refmem.least_squares",
    "forms/slots": "refmem.gsa",
    "forms/special_cases": "refmem.linear_attention",
    "forms/streaming_softmax": "refmem.softmax_attention",
    "forms/wy": "refmem.delta",
    "hopfield/capacity": "refmem.studies.capacity.hopfield.pull",
    "hopfield/counting": "refmem.studies.capacity.counting.chance_turned",
    "hopfield/dense_energy": "refmem.hopfield_dense",
    "hopfield/modern_attention": "refmem.hopfield_modern",
    "hopfield/modern_energy": "refmem.hopfield_modern",
    "hopfield/modern_pull": "refmem.studies.capacity.counting.log_classes",
    "hopfield/one_neuron": "refmem.hopfield_classical",
    "kernels/arc_cosine": "refmem.functions.kernels.arc_cosine",
    "kernels/hermite_activations": "refmem.studies.capacity.gaussian.gelu",
    "kernels/random_features": "refmem.functions.random_features.positive_random",
    "kernels/symmetric_power": "refmem.functions.kernels.polynomial",
    "kernels/taylor": "refmem.functions.kernels.taylor",
    "long_context/average": "refmem.averaged_memory",
    "long_context/best_decay": "refmem.scalar_decay",
    "long_context/best_step": "refmem.gated_delta",
    "long_context/constant_step": "refmem.delta",
    "long_context/drift": "refmem.kalman_delta",
    "long_context/forgetting": "refmem.studies.longcontext.gated_delta_limit",
    "long_context/moments": "refmem.gated_delta",
    "long_context/periodic": "refmem.studies.longcontext.tracking.after_a_token",
    "long_context/regression": "refmem.mesa",
    "long_context/softmax": "refmem.softmax_attention",
    "long_context/spread": "refmem.softmax_attention",
    "residues/soundness": "refmem.algebra.pairs.Pair.exp",
    "snr/activation": "refmem.studies.capacity.gaussian.gelu",
    "snr/added_noise": "refmem.studies.capacity.added_noise.linear",
    "snr/decay": "refmem.studies.capacity.memories.gated_delta",
    "snr/decomposition": "refmem.linear_attention",
    "snr/delta_age": "refmem.studies.capacity.memories.gated_delta",
    "snr/delta_retention": "refmem.delta",
    "snr/dimension": "refmem.studies.capacity.approximations.short_required_dim_usual",
    "snr/exponential": "refmem.studies.capacity.gaussian.exponential",
    "snr/gated_unit": "refmem.studies.capacity.feedforward.log_ffn_inverse_snr",
    "snr/gaussian_keys": "refmem.studies.capacity.gaussian.nodes",
    "snr/heads": "refmem.studies.capacity.heads_inverse_snr",
    "snr/heavy_tail": "refmem.studies.capacity.least_tau",
    "snr/key_covariance": "refmem.studies.capacity.effective_dim",
    "snr/key_norms": "refmem.studies.capacity.averaged.exponential",
    "snr/linear": "refmem.studies.capacity.gaussian.polynomial",
    "snr/mixture_of_experts": "refmem.studies.capacity.feedforward.log_ffn_inverse_snr",
    "snr/noisy_query": "refmem.studies.capacity.gaussian.polynomial",
    "snr/normalisation": "refmem.studies.capacity.measure",
    "snr/polynomial": "refmem.studies.capacity.gaussian.polynomial",
    "snr/rademacher": "refmem.studies.capacity.rademacher.rademacher_moments",
    "snr/random_features": "refmem.studies.capacity.random_features_inverse_snr",
    "snr/relu": "refmem.studies.capacity.gaussian.relu",
    "snr/ridge": "refmem.studies.capacity.memories.ridge",
    "snr/ridge_beyond": "refmem.studies.capacity.memories.ridge",
    "snr/solu": "refmem.studies.capacity.gaussian.solu",
    "snr/sphere": "refmem.studies.capacity.sphere.log_moment",
    "snr/taylor_features": "refmem.studies.capacity.gaussian.taylor",
    "snr/temperature": "refmem.studies.capacity.best_tau",
    "snr/typical": "refmem.studies.capacity.typical_inverse_snr",
    "snr/value_covariance": "refmem.studies.capacity.Values._integral",
    "snr/value_mean": "refmem.studies.capacity.log_inverse_snr",
    "stability/contraction": "refmem.delta",
    "stability/state_norm": "refmem.delta",
    "stability/triangular_solve": "refmem.condition",
    "updates/as_descent": "refmem.linear_attention",
    "updates/comba": "refmem.comba",
    "updates/exact": "refmem.mesa",
    "updates/flow": "refmem.exact_delta",
    "updates/implicit": "refmem.implicit_delta",
    "updates/in_batches": "refmem.lact",
    "updates/kalman": "refmem.kalman_delta",
    "updates/table": "refmem.value_gated",
    "updates/with_momentum": "refmem.momentum_delta",
}
"""Each derivation, and something shipped that it runs."""


@pytest.mark.parametrize("name", BREAKS)
def test_a_derivation_breaks_with_what_it_speaks_of(name):
    module = importlib.import_module(f"derivations.{name.replace('/', '.')}")
    with broken(BREAKS[name]):
        assert fails(module)


def test_gates_are_held_on_to_by_what_a_gate_keeps(monkeypatch):
    """`expressivity/gates` is of all memories with gates, whatever they write: another gate, not
    another sum, is what breaks it."""
    from derivations.expressivity import gates

    step = refmem.gla.step
    monkeypatch.setattr(
        refmem.gla, "step", lambda S, q, k, v, alpha: step(S, q, k, v, alpha=alpha**2 + 1)
    )
    assert fails(gates)


def test_each_runs_something_shipped_or_says_what_does():
    """`Run by:` names another derivation or a test, which does run it."""
    for name in set(names()) - {*BREAKS, "expressivity/gates"}:
        docstring = ast.get_docstring(ast.parse((ROOT / f"{name}.py").read_text()))
        runner = sections_of(docstring)["Run by"].split(",")[0]
        assert runner in BREAKS or Path(ROOT.parent, runner).is_file(), name


def test_what_is_not_broken_holds():
    """`fails` is not true of everything, and `broken` puts back what it broke."""
    module = importlib.import_module("derivations.snr.linear")
    with broken(BREAKS["snr/linear"]):
        pass
    assert not fails(module)


@pytest.mark.parametrize("value", [True, 1, 2.5, (1, None), [1], {"a": 1}])
def test_a_wrong_value_is_of_the_same_kind(value):
    assert wrong(value) != value
    assert type(wrong(value)) is type(value)


def test_of_other_things_no_wrong_one_is_known():
    with pytest.raises(NotImplementedError, match="a wrong str"):
        wrong("text")
