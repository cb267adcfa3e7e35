"""``python -m cblint``."""

from cblint.cli import main

if __name__ == "__main__":
    main()
