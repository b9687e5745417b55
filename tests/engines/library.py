"""A small collection with something of everything that queries and filters ask about."""

from __future__ import annotations

from indexer.engines.base import Entry
from tests.engines.builders import article, stored, vector

_ARTICLES = (
    article(
        "libya-1", "Ceasefire talks in Libya continue. Talks about oil were held.", title="Ceasefire in Libya",
        source="BBC", section="world", author="Amal", at="2018-02-18T23:59:59.999999",
    ),
    article(
        "libya-2", "Libya waits: the ceasefire talks failed. Ceasefire, ceasefire!", title="Talks fail",
        source="CNN", section="world", author="Basim", at="2018-02-19T00:00:00",
    ),
    article(
        "oil-1", "Crude oil prices fall. Oil traders wait for the talks in Vienna.", title="Oil price falls",
        source="BBC", section="economy", author="Amal", at="2018-03-01T12:00:00",
    ),
    article(
        "oil-2", "The price of oil rises again after the elections.", title="Price of crude oil",
        source="Al Jazeera", section="economy", at="2017-12-31T22:30:00-04:00",
    ),
    article(
        "vote-1", "Elections: voters elect a president. The election was calm.", title="Election day",
        source="CNN", section="politics", author="سعاد", at="2016-11-08",
    ),
    article(
        "vote-2", "The president was elected again.", title="Elected", source="CNN", section="politics",
        at="2018-02-18T00:00:00",
    ),
    article(
        "arabic-1", "أعلنت روسيا وقف إطلاق النار في ليبيا. الهدنة تبدأ اليوم.", title="هدنة في ليبيا",
        language="ar", source="بي بي سي", section="world", author="سعاد", at="2018-02-18T06:00:00",
    ),
    article(
        "arabic-2", "ارتفعت أسعار النفط بعد الانتخابات في ليبيا.", title="أسعار النفط", language="ar",
        source="الجزيرة", section="economy",
    ),
    article("future", "An article about tomorrow.", title="Tomorrow", at="2999-01-01", doubtful=True),
    article("undated", "Cats sleep all day; the cats wait.", title="Cats", section="world"),
    article("same-b", "Equal words stand here.", title="Equal", source="BBC", at="2018-01-05"),
    article("same-a", "Equal words stand here.", title="Equal", source="BBC", at="2018-01-05"),
    article("same-c", "Equal words stand here.", title="Equal", source="CNN", at="2018-01-05"),
)  # fmt: skip

#: Written in this order, which is neither that of ids nor that of dates.
LIBRARY: tuple[Entry, ...] = tuple(
    stored(
        item,
        [vector(place, part) for part in range(1 + place % 4)],
        [bytes([place, part]) for part in range(1 + place % 4)],
    )
    for place, item in enumerate(_ARTICLES)
)
