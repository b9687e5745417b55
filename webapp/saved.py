"""Saved searches: keep one with a name, see what it has found since, be told by feed, mail or webhook."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from indexer.alerts import guard
from indexer.alerts.background import Background
from indexer.alerts.estimate import estimate
from indexer.alerts.saved import MAX_NAME, SavedSearch, SavedSearches
from indexer.alerts.sending import check_email
from indexer.errors import ArchiveError, InvalidQuery
from indexer.search.record import to_record
from indexer.wording import say
from webapp import atom
from webapp.context import the_archive
from webapp.marking import one_line
from webapp.person import name_of_visitor
from webapp.state import DEFAULT_SIZE, SearchState

blueprint = Blueprint("saved", __name__)

_BACKGROUND = "newsarchive-background"
_SHOWN = 200
_IN_FEED = 50


@blueprint.get("/saved")
def show_all() -> str:
    """List the saved searches, those with most unread alerts first."""
    store = SavedSearches(the_archive().engine)
    rows = [(saved, len(store.alerts(saved.id)), store.unread(saved)) for saved in store]
    rows.sort(key=lambda row: (-row[2], row[0].name.casefold()))
    return render_template("saved.html", state=SearchState(), rows=rows)


@blueprint.get("/saved/new")
def new() -> str:
    """Show what saving the search of the address would mean, and ask where its alerts should go."""
    state = _plain(SearchState.from_args(request.args))
    return _form(state, MultiDict({"name": request.args.get("save_as", "")}))


@blueprint.post("/saved")
def create() -> str | Response | tuple[str, int]:
    form = request.form
    try:
        saved = make_saved(
            form.get("name", ""), form.get("search", ""), form.get("email", ""), form.get("webhook", "")
        )
    except Unfit as unfit:
        return _form(_searched(form.get("search", "")), form, unfit.problems), 400
    SavedSearches(the_archive().engine).put(saved)
    return redirect(url_for("saved.show", saved_id=saved.id), 303)


class Unfit(InvalidQuery):
    """What is wrong with the fields of a saved search, by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def make_saved(name: str, search: str, email: str = "", webhook: str = "") -> SavedSearch:
    """Return a saved search, not stored yet. Raises `InvalidQuery` for no search, `Unfit` for the rest."""
    state = _searched(search)
    name, email, webhook = one_line(name)[:MAX_NAME], email.strip(), webhook.strip()
    problems: dict[str, str] = {}
    if not name:
        problems["name"] = say("A saved search needs a name.")
    for field, given in (("email", email), ("webhook", webhook)):
        try:
            if given:
                _check(field, given)
        except ArchiveError as error:
            problems[field] = say("%(message)s %(remedy)s", message=error.message, remedy=error.remedy)
    if problems:
        raise Unfit(problems)
    return SavedSearch(
        name=name,
        search=to_record(state.to_request()),
        query_string=state.query_string(),
        who=name_of_visitor(),
        email=email,
        webhook=webhook,
    )


@blueprint.get("/saved/<saved_id>")
def show(saved_id: str) -> str:
    """Show what a saved search has found, the latest first, unread marked."""
    archive = the_archive()
    saved, store = find(saved_id)
    alerts = store.alerts(saved_id)
    shown = alerts[:_SHOWN]
    articles = archive.articles([alert.article for alert in shown])
    return render_template(
        "alerts.html",
        state=SearchState(),
        saved=saved,
        search=_state_of(saved),
        total=len(alerts),
        unread=sum(alert.at > saved.read_at for alert in alerts),
        rows=[(alert, articles.get(alert.article)) for alert in shown],
    )


@blueprint.post("/saved/<saved_id>/read")
def read(saved_id: str) -> Response:
    saved, store = find(saved_id)
    store.mark_read(saved)
    return redirect(url_for("saved.show", saved_id=saved_id), 303)


@blueprint.post("/saved/<saved_id>/delete")
def delete(saved_id: str) -> Response:
    _, store = find(saved_id)
    store.delete(saved_id)
    return redirect(url_for("saved.show_all"), 303)


@blueprint.get("/saved/<saved_id>/feed.atom")
def feed(saved_id: str) -> Response:
    """Answer with an Atom feed of the latest alerts; 304 where nothing has changed since it was read."""
    saved, store = find(saved_id)
    alerts = store.alerts(saved_id)[:_IN_FEED]
    articles = the_archive().articles([alert.article for alert in alerts])
    response = Response(
        atom.write(saved, alerts, articles, root=request.url_root), content_type=atom.CONTENT_TYPE
    )
    response.add_etag()
    return response.make_conditional(request)


def _form(state: SearchState, given: MultiDict[str, str], problems: dict[str, str] | None = None) -> str:
    archive = the_archive()
    settings = archive.settings
    return render_template(
        "save.html",
        state=state,
        given=given,
        suggested=state.text or ", ".join(chip.value for chip in state.chips()),
        problems=problems or {},
        estimate=estimate(archive, state.to_request(), _background()),
        mails=bool(settings.smtp_host and settings.smtp_from and settings.alert_recipients),
        max_name=MAX_NAME,
    )


def _background() -> Background:
    """Return the archive's background, taken again when the archive has changed by a tenth."""
    archive, kept = the_archive(), current_app.extensions
    articles = archive.stats().articles
    known = kept.get(_BACKGROUND)
    if known is None or abs(articles - known[0]) > known[0] / 10:
        known = kept[_BACKGROUND] = (articles, Background.of(archive.engine))
    background: Background = known[1]
    return background


def _check(field: str, given: str) -> None:
    if field == "email":
        check_email(the_archive().settings, given)
    else:
        guard.checked(given)


def _searched(query_string: str) -> SearchState:
    return _plain(SearchState.from_args(MultiDict(parse_qsl(query_string))))


def _plain(state: SearchState) -> SearchState:
    """Return a search as it is saved: what it finds, not how a page shows it. Raises `InvalidQuery`."""
    if state.is_empty:
        raise InvalidQuery(
            say("There is no search to save."), remedy=say("Search for something, or choose a filter.")
        )
    return replace(state, page=1, size=DEFAULT_SIZE, sort=state.default_sort)


def find(saved_id: str) -> tuple[SavedSearch, SavedSearches]:
    """Return a saved search and the store it is in; 404 where there is none."""
    store = SavedSearches(the_archive().engine)
    saved = store.get(saved_id)
    if saved is None:
        abort(404)
    return saved, store


def _state_of(saved: SavedSearch) -> SearchState:
    """Return the search for its page; an empty one where its address is not understood any more."""
    try:
        return SearchState.from_args(MultiDict(parse_qsl(saved.query_string)))
    except InvalidQuery:
        return SearchState()
