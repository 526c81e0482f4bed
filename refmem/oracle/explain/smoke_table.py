"""Which cases of each rule kill the most mutants: measured, and written by tools/smoke."""

MEASURED: dict[str, tuple[int, str]] = {}
"""Rule -> fingerprint of its cases and of all mutants, and the cases, the best first."""
