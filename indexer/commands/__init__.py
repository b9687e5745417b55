"""The bodies of `newsarchive`'s commands: thin calls of `indexer.archive.Archive`, one module a family."""
