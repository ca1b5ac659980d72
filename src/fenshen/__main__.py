"""``python -m fenshen`` is the same as the ``fenshen`` command."""

from fenshen.cli import main

if __name__ == "__main__":
    main()
