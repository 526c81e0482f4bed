"""Every rule, by family. A rule is a file; its family exports it; `RULES` lists them all."""

from refmem.rules import attention, decay, delta, hebbian, regression, slots, static

FAMILIES = {
    "hebbian": hebbian,
    "decay": decay,
    "delta": delta,
    "regression": regression,
    "slots": slots,
    "attention": attention,
    "static": static,
}
"""Family name -> package, in the order in which memories grow more elaborate."""

RULES = tuple(getattr(family, name) for family in FAMILIES.values() for name in family.__all__)
"""Every rule, family by family."""
