"""The analyst's desk: a Flask application over `indexer.archive.Archive`."""
