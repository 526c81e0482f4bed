"""The oracle: is somebody else's kernel the memory it says it is?

refmem.oracle.check("onnxruntime").conforms
refmem.oracle.check(my_function, rule="gated_delta").failures
"""

from refmem.oracle.check import check
from refmem.oracle.verdict.outcomes import Outcome, Report

__all__ = ["Outcome", "Report", "check"]
