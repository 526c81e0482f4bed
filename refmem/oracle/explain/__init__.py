"""What is wrong with a candidate, in plain words."""
