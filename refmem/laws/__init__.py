"""What holds for every rule, run over any rule: refmem's own or somebody's.

    report = refmem.laws.check(my_rule)     every law, every form, every claimed exemption
    report.assert_holds()                   raises, and says what is wrong and where to look

A law is a file: its docstring is the sentence, its function reads like the sentence, and `LAW` says
how a seed tries it. `LAWS` has them all; what a rule says in `exempt` names them.

    systems, draws, calls   numbers, calls made of them, and parts of calls
    exact                   comparisons without a tolerance
    exemptions, facts       what a rule says of itself, and whether that can be
    law, table, check, report

Needs NumPy, and python-flint (extra `certify`) where numbers are exact.
"""

from refmem.laws.check import check
from refmem.laws.law import Law
from refmem.laws.report import Finding, Report
from refmem.laws.table import LAWS

__all__ = ["LAWS", "Finding", "Law", "Report", "check"]
