"""What a memory can compute: programs made by hand, exact, without training; and what none can.

    tasks, graphs, groups     what is asked: instances and right answers
    machines                  tasks as moves of registers, which know no rule
    programs, keys            moves as keys, values and gates of a shipped rule
    encodings, witnesses,     why there is no program: words on which the rule fails, whatever it
    limits, letter_limits,    is given
    letters, certificates
    search, trials            programs that are looked for: drawn heads and their best read-out
    rows, table, report       every rule and every task, each cell run: `refmem expressivity`
    parity, robustness        how it fails: margins by length, errors by precision

    >>> from refmem.studies.expressivity.groups import alternating
    >>> from refmem.studies.expressivity.machines import machine
    >>> from refmem.studies.expressivity.programs.delta import by_delta_product
    >>> from refmem.studies.expressivity.tasks import WordProblem
    >>> task = WordProblem(alternating(5))
    >>> word = task.draw(30, np.random.default_rng(0))
    >>> by_delta_product(machine(task)).first_error(word) is None
    True

Documentation: docs/expressivity.md
"""
