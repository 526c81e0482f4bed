"""Studies of the rules: how much they hold, what they compute, what a longer context buys."""
