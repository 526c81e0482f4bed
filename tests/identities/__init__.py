"""Which memories are one another, exactly. Every identity of two rules has its home here.

special_cases   a rule that is another one at some value of its inputs
mappings        a rule that is another one under other names
layers          a layer of a model whose memory is a rule, with its own parametrisation
delta, regression, slots   what takes more than a row to say
"""
