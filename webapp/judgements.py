"""Thumbs up and down beside results: what readers say of them, kept to measure the ranking by."""

from __future__ import annotations

from itertools import islice
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from indexer.errors import InvalidQuery
from indexer.evaluate.judgements import Judgement, Judgements
from indexer.search.record import from_record, plan_record, to_record
from indexer.wording import say
from webapp.context import the_archive
from webapp.person import MAX_NAME, name_of_visitor, remember, valid_name
from webapp.state import SearchState

blueprint = Blueprint("judgements", __name__)

_SHOWN = 500


def init_app(app: Flask) -> None:
    app.jinja_env.globals["grade_of"] = grade_of


@blueprint.post("/judge")
def judge() -> str | Response:
    """Keep, change or take back (an empty grade) what the visitor says of one article for one search.

    Who has no name yet is asked for one first; the form then comes again with it.
    """
    state = _state(request.form.get("search", ""))
    article_id, grade = request.form.get("article", ""), request.form.get("grade", "")
    if grade not in ("", "0", "1") or not state.text:
        raise InvalidQuery(say("This is not a judgement of a result."))
    archive = the_archive()
    archive.article(article_id)
    who = name_of_visitor() or valid_name(request.form.get("name", ""))
    if not who:
        return render_template(
            "judge.html", state=state, form=request.form, asked="name" in request.form, max_name=MAX_NAME
        )
    search = to_record(state.to_request())
    judgement = Judgement(who, article_id, int(grade or 0), search)
    if not grade:
        Judgements(archive.engine).remove(judgement)
    else:
        plan = plan_record(archive.plan(state.to_request()))
        Judgements(archive.engine).add(Judgement(who, article_id, judgement.grade, search, plan))
    anchor = f"#judge-{rank}" if (rank := request.form.get("rank", "")).isdigit() else ""
    response = redirect(f"{state.url()}{anchor}", 303)
    remember(response, who)
    return response


@blueprint.post("/judge/forget")
def forget() -> Response:
    """Forget the visitor's name: the next judgement asks for one."""
    response = redirect(url_for("judgements.show"), 303)
    remember(response, "")
    return response


@blueprint.get("/judgements")
def show() -> str:
    archive = the_archive()
    everything = sorted(Judgements(archive.engine), key=lambda judgement: judgement.at, reverse=True)
    latest = list(islice(everything, _SHOWN))
    articles = archive.articles([judgement.article for judgement in latest])
    return render_template(
        "judgements.html",
        state=SearchState(),
        who=name_of_visitor(),
        total=len(everything),
        people=len({judgement.who for judgement in everything}),
        searches=len({judgement.query_id for judgement in everything}),
        rows=[
            (judgement, from_record(judgement.search), articles.get(judgement.article))
            for judgement in latest
        ],
    )


def grade_of(article_id: str, state: SearchState) -> int | None:
    """Return what the visitor said of an article for a search; read from the archive once a page."""
    if "grades" not in g:
        who = name_of_visitor()
        judgements = Judgements(the_archive().engine)
        g.grades = judgements.grades(who, to_record(state.to_request())) if who else {}
    grade: int | None = g.grades.get(article_id)
    return grade


def _state(query_string: str) -> SearchState:
    return SearchState.from_args(MultiDict(parse_qsl(query_string)))
