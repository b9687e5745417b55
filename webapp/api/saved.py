"""Saved searches for programs: list, save, delete, and read what they have found."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, url_for

from indexer.alerts.saved import Alert, Noted, Read, SavedSearches, Sent
from indexer.alerts.told import told
from webapp import saved as pages
from webapp.api import answers
from webapp.api.operations import operation
from webapp.api.parameters import NewSavedSearch, Parameters, SavedParameters
from webapp.context import the_archive

_MOST_ALERTS = 500


@operation("/saved-searches", Parameters, answers.SavedListAnswer)
def saved_searches(given: Parameters) -> answers.SavedListAnswer:
    """List the saved searches."""
    store = SavedSearches(the_archive().engine)
    return answers.SavedListAnswer(
        saved=[_answer(noted, store.alerts(noted.saved.id)) for noted in store.noted()]
    )


@operation("/saved-searches", NewSavedSearch, answers.SavedAnswer, method="POST", status=201, errors=(403,))
def save_search(given: NewSavedSearch) -> answers.SavedAnswer:
    """Save a search: it is run on articles that are indexed from now on."""
    saved = pages.make_saved(given.name, given.search, given.email, given.webhook)
    SavedSearches(the_archive().engine).put(saved)
    return _answer(Noted(saved, Sent(), Read()), [])


@operation(
    "/saved-searches", SavedParameters, None, method="DELETE", status=204, media_types=(), errors=(403, 404)
)
def delete_saved_search(given: SavedParameters) -> Response:
    """Delete a saved search with its alerts."""
    _, store = pages.find(given.id)
    store.delete(given.id)
    return Response(status=204)


@operation("/alerts", SavedParameters, answers.AlertListAnswer, errors=(404,))
def alerts(given: SavedParameters) -> answers.AlertListAnswer:
    """Return what a saved search has found among new articles, the latest 500 at most.

    The titles of the latest 50 are told in English.
    """
    (saved, _, read), store = pages.find_noted(given.id)
    found, archive = store.alerts(saved.id)[:_MOST_ALERTS], the_archive()
    return answers.AlertListAnswer(
        alerts=[
            answers.AlertAnswer(
                at=one.alert.at,
                reason=one.alert.reason,
                pairs=[
                    answers.PairAnswer(word=pair.word, found=pair.found, source=pair.source)
                    for pair in one.alert.pairs
                ],
                unread=one.alert.is_unread(read.read_at),
                article=answers.ArticleSummary(
                    **answers.summary_fields(
                        one.article, url_for("article.show", id=one.article.id), one.gist
                    )
                )
                if one.article
                else None,
            )
            for one in told(found, archive.articles, archive.gists)
        ]
    )


def _answer(noted: Noted, alerts: Sequence[Alert]) -> answers.SavedAnswer:
    saved, sent, read = noted
    return answers.SavedAnswer(
        id=saved.id,
        name=saved.name,
        search=saved.query_string,
        who=saved.who,
        created_at=saved.created_at,
        mailed=bool(saved.email),
        posted=bool(saved.webhook),
        alerts=len(alerts),
        unread=read.unread(alerts),
        problem=sent.problem,
        page=url_for("saved.show", saved_id=saved.id),
        feed=url_for("saved.feed", saved_id=saved.id),
    )
