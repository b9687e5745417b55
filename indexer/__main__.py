"""`python -m indexer` is `newsarchive`."""

from indexer.cli import main

if __name__ == "__main__":
    main(prog_name="newsarchive")
