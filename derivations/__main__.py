"""`refmem derive` in a checkout: python -m derivations [NAME|FILE ...] and its options."""

import sys

from refmem.commands.main import main

if __name__ == "__main__":
    main(["derive", *sys.argv[1:]])
