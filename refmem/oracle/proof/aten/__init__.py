"""The table of torch's operations."""
