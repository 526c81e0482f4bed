"""Programs, one rule a file: how the moves of a machine, or a task itself, become keys and values."""
