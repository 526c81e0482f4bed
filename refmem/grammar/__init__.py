"""What is said of a memory before anything runs.

inputs      the arrays of one call      binding    arguments to inputs, and every error of that
ranges      what values they may have   docstring  a rule's docstring, read as data
state       arrays, or tuples of them   relay      memories in a row
transition  a token as a linear map     lookup     what tokens ask of a cache
"""
