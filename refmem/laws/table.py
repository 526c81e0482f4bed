"""All laws, in the order in which a check asks them: the first to fail is the first to mend."""

from __future__ import annotations

from refmem.laws import (
    analytic,
    causality,
    chunks,
    degree,
    dtypes,
    dyadic,
    edges,
    float_error,
    forms_agree,
    intervals,
    leading_axes,
    linear_in_values,
    objective,
    poison,
    purity,
    resume,
    rotation,
    states,
    step_is_transition,
    symbols,
)
from refmem.laws.gradients import (
    adjoints,
    as_given,
    complex_step,
    derivative,
    duality,
    expressions,
)

LAWS = (
    step_is_transition.LAW,
    objective.LAW,
    *forms_agree.LAWS,
    intervals.LAW,
    dyadic.LAW,
    analytic.LAW,
    symbols.LAW,
    degree.LAW,
    float_error.LAW,
    chunks.LAW,
    resume.LAW,
    states.LAW,
    causality.LAW,
    poison.LAW,
    purity.LAW,
    leading_axes.LAW,
    *edges.LAWS,
    *dtypes.LAWS,
    linear_in_values.LAW,
    rotation.LAW,
    derivative.LAW,
    duality.LAW,
    adjoints.LAW,
    *as_given.LAWS,
    complex_step.LAW,
    expressions.LAW,
)
"""Every law."""
