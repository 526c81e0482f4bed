"""A docstring read as data."""

from refmem.grammar.docstring import parse

DOCSTRING = """Some rule: do
    this.

    S[t] = S[t-1]                 write
    o[t] = recall(S[t], q[t])     read

    q, k   (..., T, K)     queries
                           and keys
    a      (..., n*T, K)   several rows a token
    gamma  (...)           one a head

    scale    multiplies q,
             not the gate; 1 unless given
    window   not an input: no shape

    >>> 1
    1

Forms:     one only: because.
Objective: none of
           any kind.
Source:    Somebody 2025.
"""


def test_every_part_is_found():
    it = parse(DOCSTRING)
    assert it.summary == "Some rule: do this."
    assert it.equation.splitlines()[1].startswith("o[t] = recall")
    assert it.table == {
        "q": ("T K", "queries and keys"),
        "k": ("T K", "queries and keys"),
        "a": ("n*T K", "several rows a token"),
        "gamma": ("", "one a head"),
    }
    assert it.scale == "multiplies q, not the gate; 1 unless given"
    assert it.forms == "one only: because."
    assert it.objective == "none of any kind."
    assert it.source == "Somebody 2025."


def test_a_part_that_is_not_there_is_empty():
    assert parse("") == ("", "", {}, "", "", "", "", "")
    assert parse("Only a summary.").equation == ""
    assert parse(DOCSTRING).proof == ""
