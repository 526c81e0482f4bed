"""A report for the terminal, for programs and as a page."""
