"""What a memory can compute: programs made by hand, exact, without training; and what none can."""
