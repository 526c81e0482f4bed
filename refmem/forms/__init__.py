"""How to run a rule over a sequence. Every form is the same function; the first is the definition.

    state rules    recurrent  parallel  chunked  scan  fast
    cache rules    parallel   recurrent  chunked  fast

Forms are written once, over what a rule says of itself: its `step` or `transition`, its `attend`
or `lookup`. Importing this package registers them. The last, compiled, is in `refmem.fast`.
"""

from functools import partial

from refmem import fast
from refmem.forms import adjoint, attention, chunked, parallel, recurrent, scan
from refmem.memory import ADJOINT_FORMS, CACHE_FORMS, STATE_FORMS

STATE_FORMS.update(
    recurrent=recurrent.run,
    parallel=parallel.run,
    chunked=chunked.run,
    scan=scan.run,
    fast=fast.run_state,
)
CACHE_FORMS.update(
    parallel=attention.run_parallel,
    recurrent=attention.run_recurrent,
    chunked=attention.run_chunked,
    fast=fast.run_cache,
)
ADJOINT_FORMS.update({name: partial(adjoint.Adjoint, form=name) for name in adjoint.FORMS})
ADJOINT_FORMS.update(fast=fast.record_state)
