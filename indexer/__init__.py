"""The archive as a library: articles in, pages of ranked results out. Start at `indexer.archive`."""

import os

__version__ = "0.1.0"

# Libraries that report their use to their makers unless this is said before they are loaded: what is done with an
# archive is nobody else's business.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
