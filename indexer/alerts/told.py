"""What is told of alerts: to each its article, and the article's title in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexer.alerts.saved import Alert
from indexer.article import Article

#: Alerts that one message tells, the latest; the others are counted. Titles of so many are told in English on a page.
TOLD = 50


@dataclass(frozen=True, slots=True)
class Told:
    """An alert; `article` is None where it was deleted since, `gist` empty where there is nothing to tell."""

    alert: Alert
    article: Article | None
    gist: str = ""


def told(
    alerts: Sequence[Alert],
    articles: Callable[[Sequence[str]], Mapping[str, Article]],
    gists: Callable[[Sequence[Article]], Mapping[str, str]],
) -> list[Told]:
    """Return the alerts in their order with what `Archive.articles` and `Archive.gists` have of them."""
    found = articles([alert.article for alert in alerts])
    titles = gists([found[alert.article] for alert in alerts[:TOLD] if alert.article in found])
    return [Told(alert, found.get(alert.article), titles.get(alert.article, "")) for alert in alerts]
