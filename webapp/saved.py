"""Saved searches: keep one with a name, see what it has found since, be told by feed, mail or webhook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from indexer.alerts import guard
from indexer.alerts.estimate import estimate
from indexer.alerts.nearness import UsualNearness
from indexer.alerts.saved import MAX_NAME, SCHEDULES, Noted, SavedSearch, SavedSearches
from indexer.alerts.sending import check_email
from indexer.alerts.told import told
from indexer.errors import ArchiveError, InvalidQuery
from indexer.search.query import parse
from indexer.search.record import to_record
from indexer.wording import say
from webapp import atom, reading
from webapp.context import the_archive
from webapp.marking import one_line
from webapp.person import name_of_visitor
from webapp.state import DEFAULT_SIZE, SearchState
from webapp.unread import the_unread

blueprint = Blueprint("saved", __name__)

_USUAL = "newsarchive-usual-nearness"
_SHOWN = 200
_IN_FEED = 50


@blueprint.get("/saved")
def show_all() -> str:
    """List the saved searches, those with most unread alerts first."""
    store = SavedSearches(the_archive().engine)
    rows = [
        (saved, state, sent.problem, len(alerts), read.unread(alerts), _notices(state))
        for saved, sent, read in store.noted()
        for state, alerts in [(_state_of(saved), store.alerts(saved.id))]
    ]
    rows.sort(key=lambda row: (-row[4], row[0].name.casefold()))
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
    parse(state.text)
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
    (saved, sent, read), store = find_noted(saved_id)
    alerts, search = store.alerts(saved_id), _state_of(saved)
    return render_template(
        "alerts.html",
        state=SearchState(),
        saved=saved,
        search=search,
        notices=_notices(search),
        total=len(alerts),
        unread=read.unread(alerts),
        read_at=read.read_at,
        problem=sent.problem,
        rows=told(alerts[:_SHOWN], archive.articles, reading.gists),
    )


@blueprint.get("/saved/<saved_id>/edit")
def edit(saved_id: str) -> str:
    """Show a saved search to be changed: its name and question, its filters, where and how often alerts go.

    The addresses of alerts are told to nobody: there are no accounts, and whoever knows a webhook's can post to it.
    """
    saved, _ = find(saved_id)
    given = MultiDict({"name": saved.name, "every": saved.every, "paused": "1" if saved.paused else ""})
    return _form(_state_of(saved), given, saved=saved)


@blueprint.post("/saved/<saved_id>/edit")
def change(saved_id: str) -> Response | tuple[str, int]:
    """Keep the changes. Alerts that were raised stay; the new question is asked of new articles."""
    saved, store = find(saved_id)
    form = request.form
    search = _kept(
        replace(_state_of(saved), text=form.get("q", "").strip()), form.getlist("keep")
    ).query_string()
    try:
        if form.get("every", "") not in SCHEDULES:
            raise Unfit({"every": say("Choose how often alerts are sent.")})
        made = make_saved(form.get("name", ""), search, form.get("email", ""), form.get("webhook", ""))
    except Unfit as unfit:
        return _form(_searched(search), form, unfit.problems, saved=saved), 400
    except InvalidQuery as error:
        problem = say("%(message)s %(remedy)s", message=error.message, remedy=error.remedy)
        return _form(_state_of(saved), form, {"q": problem}, saved=saved), 400
    removed = form.getlist("remove")
    store.put(
        replace(
            saved,
            name=made.name,
            search=made.search,
            query_string=made.query_string,
            email=made.email or ("" if "email" in removed else saved.email),
            webhook=made.webhook or ("" if "webhook" in removed else saved.webhook),
            every=form.get("every", ""),
            paused=bool(form.get("paused")),
        )
    )
    return redirect(url_for("saved.show", saved_id=saved_id), 303)


@blueprint.post("/saved/<saved_id>/read")
def read(saved_id: str) -> Response:
    _, store = find(saved_id)
    store.mark_read(saved_id)
    the_unread().forget()
    return redirect(url_for("saved.show", saved_id=saved_id), 303)


@blueprint.post("/saved/<saved_id>/delete")
def delete(saved_id: str) -> Response:
    _, store = find(saved_id)
    store.delete(saved_id)
    the_unread().forget()
    return redirect(url_for("saved.show_all"), 303)


@blueprint.get("/saved/<saved_id>/feed.atom")
def feed(saved_id: str) -> Response:
    """Answer with an Atom feed of the latest alerts; 304 where nothing has changed since it was read."""
    saved, store = find(saved_id)
    alerts = store.alerts(saved_id)[:_IN_FEED]
    entries = told(alerts, the_archive().articles, reading.gists)
    response = Response(atom.write(saved, entries, root=request.url_root), content_type=atom.CONTENT_TYPE)
    response.add_etag()
    return response.make_conditional(request)


def _form(
    state: SearchState,
    given: MultiDict[str, str],
    problems: dict[str, str] | None = None,
    *,
    saved: SavedSearch | None = None,
) -> str:
    """Return the form of a saved search: of a new one, or of `saved` to be changed."""
    archive = the_archive()
    guessed = None if "q" in (problems or {}) else estimate(archive, state.to_request(), _usual_nearness())
    return render_template(
        "save.html",
        state=state,
        saved=saved,
        given=given,
        suggested=state.text or ", ".join(chip.value for chip in state.chips()),
        problems=problems or {},
        estimate=guessed,
        notices=[] if "q" in (problems or {}) else _notices(state),
        schedules=SCHEDULES,
        mails=_mails(),
        max_name=MAX_NAME,
    )


def _notices(state: SearchState) -> list[str]:
    """Return what the page of results says of the words of a search: its alerts are matched in the same way."""
    try:
        return the_archive().word_notices(state.to_request()) if state.text else []
    except ArchiveError:
        return []  # alerts are read without it, and a query of an earlier query language is listed all the same


def _kept(state: SearchState, kept: Sequence[str]) -> SearchState:
    """Return a search without those of its filters that are not kept; `kept` numbers its chips from 0."""
    for number, dropped in enumerate(state.chips()):
        if str(number) not in kept:
            chip = next(
                c
                for c in state.chips()
                if (c.facet, c.value, c.label) == (dropped.facet, dropped.value, dropped.label)
            )
            state = _read(urlsplit(chip.url).query)
    return state


def _mails() -> bool:
    """Whether alerts can be mailed to somebody."""
    settings = the_archive().settings
    return bool(settings.smtp_host and settings.smtp_from and settings.alert_recipients)


def _usual_nearness() -> UsualNearness:
    """Return the archive's usual nearness, taken again when the archive has changed by a tenth."""
    archive, kept = the_archive(), current_app.extensions
    articles = archive.count()
    known = kept.get(_USUAL)
    if known is None or abs(articles - known[0]) > known[0] / 10:
        known = kept[_USUAL] = (articles, UsualNearness.of(archive.engine))
    usual: UsualNearness = known[1]
    return usual


def _check(field: str, given: str) -> None:
    if field == "email":
        check_email(the_archive().settings, given)
    else:
        guard.checked(given)


def _read(query_string: str) -> SearchState:
    return SearchState.from_args(MultiDict(parse_qsl(query_string)))


def _searched(query_string: str) -> SearchState:
    return _plain(_read(query_string))


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
    return store.get(saved_id) or abort(404), store


def find_noted(saved_id: str) -> tuple[Noted, SavedSearches]:
    """Return a saved search with what is noted of it and the store it is in; 404 where there is none."""
    store = SavedSearches(the_archive().engine)
    return store.noted_of(saved_id) or abort(404), store


def _state_of(saved: SavedSearch) -> SearchState:
    """Return the search for its page; an empty one where its address is not understood any more."""
    try:
        return _read(saved.query_string)
    except InvalidQuery:
        return SearchState()
