"""Studies of the rules: how much they hold, what they compute, what a longer context buys.

They share `estimates`, numbers with their confidence intervals, and `drawing`.
"""
