"""Which cases of each rule kill the most mutants: measured by tools/smoke."""

# fmt: off

MEASURED: dict[str, tuple[int, str]] = {
}
"""Rule -> fingerprint of its cases and of all mutants, and the cases, the best first."""
