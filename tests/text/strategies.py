"""Strategies for texts that hold every corner of Unicode."""

from __future__ import annotations

import hypothesis.strategies as st

HARAKAT = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0653\u06e1"
BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةٱ"

arabic_words = st.text(ARABIC_LETTERS, min_size=1, max_size=10)
arabic_texts = st.lists(arabic_words, max_size=8).map(" ".join)

#: Any code point, lone surrogates among them, with the interesting ones drawn often.
characters = st.one_of(
    st.characters(codec=None, categories=None),
    st.sampled_from(ARABIC_LETTERS + HARAKAT + BIDI + "ـ\u200b\u200c\u200d\u00ad\ufeff"),
    st.sampled_from("گچپژکیہھےۓۀںٹڈڑڤڨ٠١٢۳۴۵٫٬،؛؟۔"),
    st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),  # Arabic presentation forms
    st.sampled_from("aZéÉİıßŉﬁœøÅσςΣЁйё'’`\"״׳אבךㅏ한글漢字かナﾅﾞไทยक्षিํ๑"),
    st.sampled_from("0123456789.,:/_-!?…。 \t\n\r\u2028\u0085\u3000"),
    st.sampled_from("😀👨\u200d👩🏽\ufe0f\u20e3½²ªﷺ㎏①\ud800\udfff\U000e0101\u0301\u0345ͺ"),
)
texts = st.text(characters, max_size=40)
languages = st.sampled_from(
    ["", "und", "ar", "en", "fa", "ur", "de", "fr", "tr", "ru", "he", "hi", "zh-cn", "xx"]
)
