"""Derivatives: a tape for anything a rule is written in.

tape        note every operation on arrays, then walk back (or on) with derivatives
maps        the derivative of every word; moves, of everything that only moves entries
linear_map  what both tables hold
recording   what a run has to offer for derivatives to be pulled back through it
"""
