"""Laws of gradients: what `rule.vjp` gives is the derivative, however it is found.

    derivative     power series over the rationals
    duality        pulling back and pushing forward
    adjoints       in every form, against the tape
    complex_step   a step along the imaginary axis
    expressions    what SymPy makes of the rule
    as_given       shapes, kinds, sums and memory

They share `along`: directions to move in, and exact derivatives along them.
"""
