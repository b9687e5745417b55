"""What a query looks up: the built terms, for plain words, conditions, units and expansions."""

from __future__ import annotations

import pytest

from indexer.engines.base import AllOf, AnyOf, Clause, Field, Form, LexicalQuery, PhraseTerm, Term
from indexer.search.legs import Expansions, Option, look_up
from indexer.search.query import parse
from indexer.search.request import Demand
from indexer.search.sources import ADJECTIVE, DICTIONARY, INFLECTION, NAME, NEAR, SOUND
from indexer.search.weights import EXACT_BOOST, MARKED, MARKED_LISTED, STEM_BOOST


def built(text: str, expansions: Expansions | None = None, *languages: str) -> LexicalQuery:
    return look_up(parse(text), expansions, languages or ("en",)).query


def word(exact: str, stem: str, field: Field = Field.ANY) -> AnyOf:
    return AnyOf((Term(exact, Form.EXACT, field, EXACT_BOOST), Term(stem, Form.STEM, field, STEM_BOOST)))


def tokens(clauses: tuple[Clause, ...]) -> list[str]:
    """Return the first token of each clause's first option."""
    found: list[str] = []
    for clause in clauses:
        match clause:
            case Term():
                found.append(clause.token)
            case PhraseTerm():
                found.append(" ".join(clause.tokens))
            case AnyOf():
                found += tokens(clause.options[:1])
            case AllOf():
                found += tokens(clause.parts[:1])
    return found


def test_a_word_is_looked_up_exactly_and_by_its_stem() -> None:
    assert built("elections") == LexicalQuery(should=(word("elections", "elect"),))


def test_a_word_that_is_only_near_finds_nothing_by_itself() -> None:
    near = Option(("conflict",), weight=MARKED / 2, source="near")
    guessed, sure = {"war": (near,)}, {"war": (Option(("حرب",), weight=1.0, source="dictionary"),)}
    assert built("war", sure).one_of == ()
    query = built("war", guessed)
    assert query.should == (AnyOf((*word("war", "war").options, near.term(Field.ANY))),)
    assert query.one_of == (word("war", "war"),)
    # A unit of which there are only guesses is left to the words beside it.
    unit = built("cold war", {"cold war": (near,)})
    assert unit.one_of == (word("cold", "cold"), word("war", "war"))
    assert len(unit.should) == 3
    assert built("+war peace", guessed).one_of == ()


def test_a_demanded_unit_is_met_by_itself_or_by_each_of_its_words() -> None:
    war = Option(("حرب", "باردة"), weight=1.0, source="dictionary")
    query = look_up(parse("cold war treaty"), {"cold war": (war,)}).demanding(Demand.ALL).query
    both = AllOf((word("cold", "cold"), word("war", "war")))
    assert query.must == (AnyOf((war.term(Field.ANY), both)), word("treaty", "treati"))
    some = look_up(parse("war peace")).demanding(Demand.SOME).query
    assert some.must == (AnyOf((*word("war", "war").options, *word("peace", "peac").options)),)
    assert some.should == look_up(parse("war peace")).query.should
    # One of several is one word, and a mere guess is none.
    near = Option(("conflict",), weight=MARKED / 2, source="near")
    either = look_up(parse("(war OR peace) talks"), {"war": (near,)}).demanding(Demand.ALL).query
    assert either.must == (some.must[0], word("talks", "talk"))


def test_an_arabic_word_is_normalised_and_stemmed() -> None:
    [clause] = built("الانتخاباتُ", None, "ar").should
    assert isinstance(clause, AnyOf)
    assert clause.options[0] == Term("الانتخابات", Form.EXACT)
    assert isinstance(clause.options[1], Term)
    assert clause.options[1].form is Form.STEM
    assert clause.options[1].token not in ("الانتخابات", "")


def test_quotes_and_plus_are_conditions() -> None:
    query = built('+elections "cease fires" oil')
    assert query.must == (word("elections", "elect"), PhraseTerm(("cease", "fires"), Form.EXACT))
    assert query.should == (word("oil", "oil"),)


def test_a_quoted_word_is_meant_exactly() -> None:
    assert built('"elections"').must == (Term("elections", Form.EXACT, Field.ANY, EXACT_BOOST),)


def test_excluded_words() -> None:
    lookup = look_up(parse("oil -elections"))
    assert lookup.query.must_not == (word("elections", "elect"),)
    assert [searched.word for searched in lookup.words] == ["oil"]
    assert not lookup.only_excludes
    assert look_up(parse("-elections")).only_excludes
    assert not look_up(parse("+oil -elections")).only_excludes
    assert not look_up(parse("oil")).only_excludes
    assert not look_up(parse("")).only_excludes


def test_plain_words_before_and_behind_a_condition_are_looked_up_apart() -> None:
    together = {"cold war": (Option(("حرب",), source="dictionary"),)}
    assert tokens(built("cold +gas war", together).should) == ["cold", "war"]
    assert tokens(built("long cold war", together).should) == ["long", "cold", "war", "حرب"]


def test_a_word_is_named_as_it_was_written_without_what_stands_beside_it() -> None:
    assert [searched.word for searched in look_up(parse("Elections, +Oil!")).words] == ["Elections", "Oil!"]


def test_conditions_for_the_vector_leg() -> None:
    assert look_up(parse("oil gas")).query.conditions is None
    conditions = look_up(parse("oil +gas -coal")).query.conditions
    assert conditions is not None
    assert conditions.conditions is conditions  # which engines know again
    assert conditions == LexicalQuery(must=(word("gas", "gas"),), must_not=(word("coal", "coal"),))


def test_fields() -> None:
    assert built("title:elections").must == (word("elections", "elect", Field.TITLE),)
    assert built('body:"cease fire"').must == (PhraseTerm(("cease", "fire"), Form.EXACT, Field.BODY),)


def test_alternatives_are_one_clause() -> None:
    [clause] = built("truce OR elections").should
    assert clause == AnyOf((*word("truce", "truce").options, *word("elections", "elect").options))


def test_groups_of_several_words() -> None:
    [clause] = built("(prime elections) OR oil").should
    assert isinstance(clause, AnyOf)
    assert clause.options[0] == AllOf((word("prime", "prime"), word("elections", "elect")))


def test_a_demanded_compound_must_stand_together() -> None:
    assert built("+Covid-19").must == (PhraseTerm(("covid", "19"), Form.EXACT),)
    assert tokens(built("Covid-19").should) == ["covid", "19"]


def test_function_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert tokens(built("what is the oil of Libya").should) == ["oil", "libya"]
    assert tokens(built("من هو رئيس ليبيا", None, "ar").should) == ["رييس", "ليبيا"]
    assert built("of the +oil").should == ()
    assert tokens(built("to be or not to be").should) == ["to", "be", "or", "not", "to", "be"]
    assert tokens(built('"the who"').must) == ["the who"]
    assert tokens(built("le pétrole pour la Libye", None, "fr").should) == ["petrole", "libye"]
    assert tokens(built("die Ölpreise und der Krieg war", None, "de").should) == ["olpreise", "krieg"]
    assert tokens(built("the war and those who die", None, "en").should) == ["war", "die"]
    assert tokens(built("цена на нефть", None, "ru").should) == ["цена", "нефть"]


def test_stems_of_several_languages_are_tried() -> None:
    [clause] = built("élections", None, "en", "fr").should
    assert isinstance(clause, AnyOf)
    stems = [
        option.token for option in clause.options if isinstance(option, Term) and option.form is Form.STEM
    ]
    assert len(stems) == len(set(stems))
    assert stems[0] == "elect"


def test_expansions_extend_the_options_of_a_word() -> None:
    expansions = {
        "oil": (Option(("نفط",), Form.STEM, 0.6, "dictionary"), Option(("زيت",), Form.STEM, 0.1, "nearest"))
    }
    [clause] = built("oil", expansions).should
    assert clause == AnyOf(
        (
            *word("oil", "oil").options,
            Term("نفط", Form.STEM, Field.ANY, 0.6),
            Term("زيت", Form.STEM, Field.ANY, 0.1),
        )
    )


def test_expansions_extend_alternatives_but_never_conditions() -> None:
    expansions = {"oil": (Option(("نفط",)),), "crude oil": (Option(("نفط", "خام")),)}
    assert built("+oil", expansions).must == (word("oil", "oil"),)
    assert built('"crude oil"', expansions).must == (PhraseTerm(("crude", "oil"), Form.EXACT),)
    assert built("-oil", expansions).must_not == (word("oil", "oil"),)
    [either] = built("oil OR gas", expansions).should
    assert isinstance(either, AnyOf)
    assert Term("نفط", Form.STEM) in either.options


def test_a_unit_is_one_clause_beside_its_own_words() -> None:
    unit = Option(("رئيس", "وزراء"), Form.STEM, 0.5, "dictionary")
    expansions = {"prime minister": (unit,), "minister": (Option(("وزير",)),)}
    lookup = look_up(parse("prime minister resigns"), expansions)
    assert lookup.query.should == (
        word("prime", "prime"),
        AnyOf((*word("minister", "minist").options, Term("وزير"))),
        PhraseTerm(("رئيس", "وزراء"), Form.STEM, Field.ANY, 0.5),
        word("resigns", "resign"),
    )
    assert [(searched.word, searched.covers) for searched in lookup.words] == [
        ("prime", (0,)),
        ("minister", (1,)),
        ("prime minister", (0, 1)),
        ("resigns", (2,)),
    ]
    assert lookup.names == {0: "prime", 1: "minister", 2: "resigns"}
    assert lookup.unanswered(()) == ["prime", "minister", "resigns"]
    assert lookup.unanswered({"prime minister"}) == ["resigns"]
    assert lookup.unanswered({"minister", "resigns", "other"}) == ["prime"]


def test_units_do_not_reach_across_operators() -> None:
    expansions = {"prime minister": (Option(("رئيس", "وزراء")),)}
    lookup = look_up(parse("prime +oil minister"), expansions)
    assert "prime minister" not in [searched.word for searched in lookup.words]


def test_words_without_tokens_are_dropped() -> None:
    query = look_up(parse('"ـ" oil')).query
    assert query.must == ()
    assert tokens(query.should) == ["oil"]


@pytest.mark.parametrize("source", [DICTIONARY, NAME, NEAR, SOUND, ADJECTIVE, INFLECTION])
def test_what_a_list_has_is_no_guess_where_it_fits_the_question_worse_than_another(source: str) -> None:
    """زيارة is "visit" in a question of a crown prince, too, where other words fit it better."""
    listed = source in (DICTIONARY, NAME)
    assert Option(("زيار",), weight=MARKED_LISTED, source=source).is_guess is not listed
    assert Option(("زيار",), weight=MARKED_LISTED * 0.99, source=source).is_guess
    assert not Option(("زيار",), weight=MARKED, source=source).is_guess
