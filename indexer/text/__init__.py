"""Text: strings become tokens, sentences and languages. Knows nothing of models, engines or search."""

from indexer.text.arabic import adjective, light10, split_clitic
from indexer.text.language import detect_language, direction, likeliest_language, load_detector
from indexer.text.normalise import normalise
from indexer.text.scripts import script_of
from indexer.text.sentences import sentences
from indexer.text.stemming import base_language, stem_word
from indexer.text.tokens import TEXT_VERSION, Token, analyse, forms_of

__all__ = [
    "TEXT_VERSION",
    "Token",
    "adjective",
    "analyse",
    "base_language",
    "detect_language",
    "direction",
    "forms_of",
    "light10",
    "likeliest_language",
    "load_detector",
    "normalise",
    "script_of",
    "sentences",
    "split_clitic",
    "stem_word",
]
