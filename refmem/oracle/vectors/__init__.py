"""Golden vectors: certified numbers that a kernel in any language can be tested with."""
