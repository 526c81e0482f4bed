"""Whether a result is right: truth, budgets, sensitivity, gradients, properties."""
