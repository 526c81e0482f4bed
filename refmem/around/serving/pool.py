"""A pool of states: what an inference engine keeps of a request is the state after its last token.

That this is enough is the law of resuming; that nothing else happens to a state in between is what
a pool promises. Every slot here holds a state, and every call goes on from it:

    out, state = memory(next tokens, state)                     run
    out of all drafts, state of those accepted                  verify
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.around.serving.slots import Slots
from refmem.grammar.inputs import Inputs


class Pool(Slots):
    """Slots that hold states.

    >>> from refmem import linear_attention
    >>> pool, x = Pool(linear_attention, 2), np.ones((4, 1))
    >>> pool.run([1, 0], {"q": x, "k": x, "v": x}, [3, 1])[:, 0]    # two requests, 3 tokens and 1
    array([1., 2., 3., 1.])
    >>> pool.verify([1], {"q": x, "k": x, "v": x}, [4], [1])[:, 0]  # 4 drafts, 1 is accepted
    array([4., 5., 6., 7.])
    >>> pool.copy(1, 0)                                             # a fork
    >>> pool.state(0)
    array([[4.]])
    """

    def go_on(self, slot: int, x: Inputs, accepted: int) -> np.ndarray:
        """The tokens from the slot's state on; it then holds the state after those accepted."""
        before = self.state(slot)
        out, state = self.memory(**x.arguments, state=before)
        if accepted < x.T:
            state = self.memory(**x.tokens(0, accepted).arguments, state=before).state
        self.keep(slot, state)
        return out

    def state(self, slot: int) -> Any:
        """The memory that lies in a slot."""
        return self.slots[slot]

    def keep(self, slot: int, state: Any) -> None:
        """Let the slot hold a state."""
        self.slots[slot] = state
