"""How much a memory holds, and how well: retrieval SNR, in closed form, simulated and measured."""

from refmem.capacity.measurement import Measurement, effective_dim, entropy, measure
from refmem.capacity.simulation import Simulation, least_tau, simulate
from refmem.capacity.snr import inverse_snr, log_inverse_snr
from refmem.capacity.values import Values

__all__ = [
    "Measurement",
    "Simulation",
    "Values",
    "effective_dim",
    "entropy",
    "inverse_snr",
    "least_tau",
    "log_inverse_snr",
    "measure",
    "simulate",
]
