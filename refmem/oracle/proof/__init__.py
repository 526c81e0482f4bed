"""Is somebody else's array code the memory it says it is, for all numbers?

residues     arrays of pairs in machine words, and the operations on them
aten, jaxpr  tables: what an operation of torch, of JAX, does to such arrays
shadows      torch functions, run with residues beside their tensors
recording    NumPy functions, run on pairs
question     what a function is asked: shapes, inputs, and what the definition gives
prove        the verdict
"""
