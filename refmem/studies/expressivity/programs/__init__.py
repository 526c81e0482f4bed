"""Programs: how the moves of a machine, or a task itself, become a rule's keys and values."""
