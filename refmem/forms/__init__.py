"""How to run a rule over a sequence. Every form is the same function; the first is the definition.

    state rules    recurrent  parallel  chunked  scan  fast
    cache rules    parallel   recurrent  chunked  fast

Forms are written once, over what a rule says of itself: its `step` or `transition`, its `attend`
or `lookup`. The last, compiled, is in `refmem.forms.compiled`.
"""

from functools import partial

from refmem.forms import adjoint, attention, chunked, compiled, parallel, recurrent, scan
from refmem.forms.form import AdjointForm, Form

STATE_FORMS: dict[str, Form] = {
    "recurrent": recurrent.run,
    "parallel": parallel.run,
    "chunked": chunked.run,
    "scan": scan.run,
    "fast": compiled.run_state,
}
"""How a state rule runs over a sequence, the definition first."""

CACHE_FORMS: dict[str, Form] = {
    "parallel": attention.run_parallel,
    "recurrent": attention.run_recurrent,
    "chunked": attention.run_chunked,
    "fast": compiled.run_cache,
}
"""How a cache rule runs over a sequence, the definition first."""

ADJOINT_FORMS: dict[str, AdjointForm] = {
    **{name: partial(adjoint.Adjoint, form=name) for name in adjoint.FORMS},
    "fast": compiled.record_state,
}
"""How a linear rule runs to be pulled back by its adjoint."""
