"""python -m derivations [NAME|FILE ...] [--show] [--latex]: `refmem derive`, in a checkout."""

import sys

from refmem.commands.main import main

if __name__ == "__main__":
    main(["derive", *sys.argv[1:]])
