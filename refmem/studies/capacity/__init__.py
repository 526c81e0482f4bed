"""How much a memory holds, and how well: retrieval SNR, in closed form, simulated and measured."""

from refmem.studies.capacity.design import Design, designs
from refmem.studies.capacity.entropy import entropy, ffn_entropy, kernel_entropy
from refmem.studies.capacity.feedforward import ffn_inverse_snr, kernel_of
from refmem.studies.capacity.heads import heads_inverse_snr, required_head_dim
from refmem.studies.capacity.measurement import Measurement, measure
from refmem.studies.capacity.memories import delta_retention, memory_inverse_snr
from refmem.studies.capacity.memory_simulation import MemorySimulation, simulate_memory
from refmem.studies.capacity.prediction import effective_dim, gaussian_prediction
from refmem.studies.capacity.random_features import random_features_inverse_snr
from refmem.studies.capacity.required import best_tau, max_pairs, required_dim
from refmem.studies.capacity.simulation import Simulation, least_tau, simulate
from refmem.studies.capacity.snr import inverse_snr, log_inverse_snr
from refmem.studies.capacity.typical import share_below, typical_inverse_snr
from refmem.studies.capacity.values import Values

__all__ = [
    "Design",
    "Measurement",
    "MemorySimulation",
    "Simulation",
    "Values",
    "best_tau",
    "delta_retention",
    "designs",
    "effective_dim",
    "entropy",
    "ffn_entropy",
    "ffn_inverse_snr",
    "gaussian_prediction",
    "heads_inverse_snr",
    "inverse_snr",
    "kernel_entropy",
    "kernel_of",
    "least_tau",
    "log_inverse_snr",
    "max_pairs",
    "measure",
    "memory_inverse_snr",
    "random_features_inverse_snr",
    "required_dim",
    "required_head_dim",
    "share_below",
    "simulate",
    "simulate_memory",
    "typical_inverse_snr",
]
