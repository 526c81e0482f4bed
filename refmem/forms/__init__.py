"""How to run a rule over a sequence. Every form is the same function; the first is the definition.

    state rules    recurrent  parallel  chunked  scan
    cache rules    parallel   recurrent  chunked

Forms are written once, over what a rule says of itself: its `step` or `transition`, its `attend`
or `lookup`. Importing this package registers them.
"""

from refmem.forms import attention, chunked, parallel, recurrent, scan
from refmem.memory import CACHE_FORMS, STATE_FORMS

STATE_FORMS.update(
    recurrent=recurrent.run, parallel=parallel.run, chunked=chunked.run, scan=scan.run
)
CACHE_FORMS.update(
    parallel=attention.run_parallel,
    recurrent=attention.run_recurrent,
    chunked=attention.run_chunked,
)
