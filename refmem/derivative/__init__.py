"""Derivatives: a tape for anything a rule is written in, and what a rule makes of it.

tape    note every operation on arrays, then walk back (or on) with derivatives
maps    the derivative of every word; moves, of everything that only moves entries
calls   gradients (`vjp`) and tangents (`jvp`) of a rule
"""

from refmem.derivative import maps, moves, tape

__all__ = ["maps", "moves", "tape"]
