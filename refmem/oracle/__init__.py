"""The oracle: is somebody else's kernel the memory it says it is?

refmem.oracle.check("onnxruntime").conforms
refmem.oracle.check(my_function, rule="gated_delta").failures
refmem.oracle.prove(my_function, "gated_delta").verdict
"""

from refmem.oracle.check import check
from refmem.oracle.proof.prove import Proof, prove
from refmem.oracle.verdict.outcomes import Outcome, Report

__all__ = ["Outcome", "Proof", "Report", "check", "prove"]
