"""Every rule can be checked in every dtype: its own definition, stored in that dtype, conforms."""

import numpy as np
import pytest

from refmem.grammar.state import each
from refmem.oracle import check
from refmem.oracle.border.arrays import bfloat16
from refmem.oracle.cases.case import checkable_rules
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.outcomes import PASSED, REFUSED

DTYPES = ("float16", "bfloat16", "float32", "float64")


class Definition:
    """A rule as a kernel: numbers are stored in a dtype, and computed with in float32 at least."""

    def __init__(self, rule, dtype):
        self.rule, self.dtype, self.__name__ = rule, dtype, rule.name
        self.arithmetic = np.promote_types(dtype, np.float32)

    def __call__(self, **given):
        out, state = self.rule(**self.wide(given))
        return self.stored(out), each(self.stored, state)

    def vjp(self, **given):
        grads = self.rule.vjp(**self.wide(given))._asdict()
        return {name: x if x is None else each(self.stored, x) for name, x in grads.items()}

    def wide(self, given):
        """Arrays and the parts of a state; options, such as a whole number, as they are."""

        def widened(x):
            return x.astype(self.arithmetic) if isinstance(x, np.ndarray | np.generic) else x

        return {name: each(widened, x) for name, x in given.items()}

    def stored(self, x):
        return None if x is None else x.astype(self.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rule", checkable_rules().values(), ids=lambda rule: rule.name)
def test_the_definition_conforms(rule, dtype):
    """Where the dtype's rounding hides what an input does, the case is refused, and says so."""
    kind = bfloat16() if dtype == "bfloat16" else np.dtype(dtype)
    target = PythonCallable(Definition(rule, kind), rule.name, kind)
    (value,) = check(target, case=f"{rule.name}/ordinary/1").outcomes
    (gradient,) = check(target, case=f"{rule.name}/gradient@ordinary/1").outcomes
    assert value.status == PASSED or (value.status == REFUSED and dtype == "bfloat16"), value.reason
    assert gradient.status == PASSED, gradient.reason
