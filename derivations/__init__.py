"""What refmem claims, proven: one claim a file, run by `refmem derive`.

A folder is a subject; `proving` is what finds, runs and prints them. In the wheel this package is
`refmem_derivations`, and that is its name wherever it runs: in a checkout too, where
`python -m derivations` is `refmem derive`. So imports within it are relative, and a derivation of
somebody else's, in a file anywhere, imports `refmem_derivations.proving`.

A derivation is a module whose docstring says Claim, Used by, Source and Method (and Assumes, one
cited lemma a dash; and Run by, where it runs nothing shipped itself), and which lists its steps in
CLAIMS and at least one false twin in FALSE. A step is a function named as a sentence; its docstring
states the mathematics, and it yields what must hold: an Equation, an Inequality, or a bare residue
that must be zero. A false twin is a step that is wrong on purpose (a sign, a factor 2, an index off
by one) and must be refuted.
"""
