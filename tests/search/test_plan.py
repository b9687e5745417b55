"""The query plan: what each source proposes, what an edit changes, and that all of it is of the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from indexer.engines.base import Form, Word
from indexer.search.dictionary import Dictionary, Pair
from indexer.search.legs import look_up
from indexer.search.lexicon import Lexicon, Neighbour
from indexer.search.nearwords import NearWords
from indexer.search.plan import QueryPlan, Searched
from indexer.search.planner import Planner
from indexer.search.query import parse
from indexer.search.request import PlanEdits
from indexer.search.sources import ADDED, ADJECTIVE, DICTIONARY, INFLECTION, NAME, NEAR, SOUND
from indexer.search.weights import MARKED, WEIGHTS
from indexer.text import stem_word
from indexer.text.transliteration import skeleton
from tests.fakes import FakeEncoder

#: What makes an English word near to an Arabic one here.
NEAR_WORDS = {"حرب": "conflict", "قتال": "conflict", "سوق": "market"}
NO_EDITS = PlanEdits()


def word(encoder: FakeEncoder, form: str, articles: int = 5, language: str = "ar") -> Word:
    vectors = encoder.encode_words([form])
    assert vectors is not None
    return Word(stem_word(form, language), language, form, articles, skeleton(form), vectors[0])


#: Words that nothing here is near to, as a language has.
OTHERS = ("سوق", "كتاب", "نهر", "شجره", "مدرسه", "طريق")


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(codes=True, synonyms=NEAR_WORDS)


@pytest.fixture
def planner(encoder: FakeEncoder) -> Planner:
    forms = "حرب قتال سوق النفط كتاب القذافي حفتر مصرف ضفه الخليفي السلام هدنه وزير رييس ليبيا".split()
    words = [word(encoder, form) for form in forms] + [word(encoder, "market", language="en")]
    words.sort(key=lambda one: (one.language, one.stem))
    return Planner(Lexicon(words, {"وكتاب": "كتاب"}), Dictionary([Pair("bookish", "كتاب")]))


def plan(
    planner: Planner,
    text: str,
    encoder: FakeEncoder | None = None,
    *,
    language: str = "en",
    targets: Sequence[str] = ("ar", "en"),
    edits: PlanEdits = NO_EDITS,
) -> QueryPlan:
    parsed = parse(text)
    encoding = encoder.encode_query(parsed.free_text, words=True) if encoder else None
    return planner.plan(parsed, encoding, language=language, targets=targets, edits=edits)


def by_source(made: QueryPlan, text: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for planned in made.words:
        if planned.key == text:
            for searched in planned.searched:
                found.setdefault(searched.source, set()).add(searched.surface)
    return found


def searched(made: QueryPlan, text: str) -> dict[str, Searched]:
    return {s.surface: s for planned in made.words if planned.key == text for s in planned.searched}


def test_the_dictionary_translates(planner: Planner) -> None:
    # Spelled as the dictionary does, not as the archive's words are kept (هدنه).
    assert "هدنة" in by_source(plan(planner, "truce"), "truce")[DICTIONARY]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Turkey", True),
        ("Turkey sends troops", True),
        ("turkey", False),
        ("TURKEY AND SYRIA", False),  # nothing but capitals
        ("Turkey And Syria", False),
    ],
)
def test_what_is_written_as_a_name_is_first_of_all_one(planner: Planner, text: str, named: bool) -> None:
    found = searched(plan(planner, text), "turkey")
    country, bird = found["تركيا"].weight, found["ديك رومي"].weight
    beside = WEIGHTS.plan.beside_name if named else 1.0
    assert (country, bird) == pytest.approx((1.0, beside / 2**0.5))


def test_forms_and_words_of_the_analyst_are_shown_as_they_are_spelled(encoder: FakeEncoder) -> None:
    """The archive keeps its words without the signs that writers leave out."""
    forms = [word(encoder, form) for form in ("محاكمه", "بمحاكمه", "لاجيين")]
    stems = {form.stem: form for form in forms}
    lexicon = Lexicon(sorted(stems.values(), key=lambda one: one.stem), {forms[1].stem: forms[0].stem})
    known = Planner(lexicon, Dictionary([Pair("fnord", "محاكمة")]))
    edits = PlanEdits(pinned={"fnord": frozenset({"اللاجئين"})})
    made = searched(plan(known, "fnord", edits=edits), "fnord")
    assert set(made) == {"محاكمة", "بمحاكمة", "اللاجئين"}
    # An address may hold a stem.
    edits = PlanEdits(pinned={"fnord": frozenset({forms[2].stem})})
    assert "لاجيين" in searched(plan(known, "fnord", edits=edits), "fnord")


def test_a_capital_alone_makes_no_name(planner: Planner) -> None:
    assert searched(plan(planner, "President"), "president")["رئيس"].weight == 1.0


def test_a_translation_of_more_words_than_are_searched_side_by_side_is_left_out(planner: Planner) -> None:
    longest = WEIGHTS.plan.longest_translation
    words = "حرب سوق كتاب مصرف وزير".split()
    pairs = [Pair("fnord", " ".join(words[:count])) for count in (longest, longest + 1)]
    nothing = Pair("fnord", "…")
    made = by_source(plan(Planner(planner.lexicon, Dictionary([nothing, *pairs])), "fnord"), "fnord")
    assert made == {DICTIONARY: {pairs[0].arabic}}


def test_adjectives_of_what_lists_have_are_searched_where_they_have_another_stem(
    encoder: FakeEncoder,
) -> None:
    forms = "ايران الايراني ليبيا الليبي سعوديه السعودي قانون قانونيه".split()
    words = sorted((word(encoder, form) for form in forms), key=lambda one: one.stem)
    known = Planner(Lexicon(list({one.stem: one for one in words}.values()), {}), Dictionary())
    made = plan(known, "Iran Saudi Libya law Macron")
    assert by_source(made, "iran")[ADJECTIVE] == {"إيراني"}
    # Three letters are another word's, too (ليب of الفليبين, ترك "leave"): it is looked up as it is written.
    assert by_source(made, "libya")[ADJECTIVE] == {"ليبي", "الليبي", "ليبية", "الليبية"}
    assert {one.form for one in made.words[2].searched if one.source == ADJECTIVE} == {Form.EXACT}
    assert by_source(made, "law")[ADJECTIVE] == {"قانوني"}
    assert ADJECTIVE not in by_source(made, "saudi"), "the stem of السعودية is that of السعودي"
    assert ADJECTIVE not in by_source(made, "macron"), "the archive does not hold it"
    without = Planner(known.lexicon, known.dictionary, WEIGHTS.without("adjectives").plan)
    assert all(
        ADJECTIVE not in by_source(plan(without, "Iran Libya law"), text) for text in ("iran", "libya", "law")
    )


def test_an_adjective_that_fits_the_word_worse_than_its_noun_counts_less(encoder: FakeEncoder) -> None:
    near = FakeEncoder(codes=True, synonyms={"ليبيا": "libya"})
    words = sorted(
        (word(near, form) for form in ("ليبيا", "الليبي", "سوق", "كتاب")), key=lambda one: one.stem
    )
    made = searched(plan(Planner(Lexicon(words, {}), Dictionary()), "Libya", near), "libya")
    assert made["ليبيا"].weight == 1.0
    assert 0.0 < made["ليبي"].weight < 0.5
    assert searched(plan(Planner(Lexicon(words, {}), Dictionary()), "Libya"), "libya")["ليبي"].weight == 1.0


def test_a_word_with_the_stem_of_grammar_is_looked_up_as_it_is_written(planner: Planner) -> None:
    made = plan(planner, "Haniyeh May Ma")
    assert by_source(made, "haniyeh")[DICTIONARY] == {"هنية", "الهنية"}
    options = {(o.tokens, o.form) for o in made.expansions()["haniyeh"] if o.source == DICTIONARY}
    assert options == {(("هنيه",), Form.EXACT), (("الهنيه",), Form.EXACT)}
    forms = {o.tokens[0]: o.form for o in made.expansions()["may"]}
    assert forms["ماي"] is Form.EXACT
    assert "ما" not in forms
    assert not made.expansions().get("ma"), "a name that is written as grammar is not told from it"


def test_a_users_own_phrases_are_units_however_long_they_are(planner: Planner) -> None:
    english, arabic = "ministry of foreign affairs and expatriates", "وزارة الخارجية والمغتربين"
    own = Planner(planner.lexicon, Dictionary([Pair(english, arabic)]))
    (unit,) = [word for word in plan(own, f"the {english} says").words if " " in word.key]
    assert unit.key == english
    assert [len(one.tokens) for one in unit.searched] == [3]
    lookup = look_up(parse(english), plan(own, english).expansions())
    assert english in {word.word for word in lookup.words}


def test_us_is_the_united_states(planner: Planner) -> None:
    made = plan(planner, "syria us strike")
    assert "الولايات المتحدة" in by_source(made, "us")[DICTIONARY]


def test_function_words_have_no_plan(planner: Planner) -> None:
    assert [planned.text for planned in plan(planner, "the truce of oil").words] == ["truce", "oil"]


def test_a_word_that_is_said_twice_is_planned_once(planner: Planner) -> None:
    assert [planned.key for planned in plan(planner, "Truce, oil and truce").words] == ["truce", "oil"]


def test_the_nearest_words_come_from_the_vectors(planner: Planner, encoder: FakeEncoder) -> None:
    made = searched(plan(planner, "conflict", encoder), "conflict")
    assert {made[form].source for form in ("حرب", "قتال")} <= {NEAR, DICTIONARY}
    assert NEAR not in by_source(plan(planner, "conflict"), "conflict")  # without vectors


def test_a_name_that_fits_the_word_worse_than_its_translation_counts_less() -> None:
    near = FakeEncoder(codes=True, synonyms={"غزه": "gaza"})
    words = sorted((word(near, form) for form in ("غزه", "غازا", "سوق", "كتاب")), key=lambda one: one.stem)
    made = plan(Planner(Lexicon(words, {}), Dictionary()), "Gaza", near)
    weights = {item.source: item.weight for item in searched(made, "gaza").values() if len(item.tokens) == 1}
    assert weights[DICTIONARY] == 1.0
    assert 0.0 < weights[NAME] < 0.5


def test_a_name_that_is_looked_up_as_it_is_written_counts_less_where_it_fits_the_word_worse() -> None:
    near = FakeEncoder(codes=True, synonyms={"قطن": "cotton"})
    words = sorted((word(near, form) for form in ("قطن", "كوتون", "سوق", "كتاب")), key=lambda one: one.stem)
    made = searched(plan(Planner(Lexicon(words, {}), Dictionary()), "Cotton", near), "cotton")
    assert made["قطن"].weight == 1.0
    assert {made[form].form for form in ("كوتون", "وكوتون")} == {Form.EXACT}
    assert max(made[form].weight for form in ("كوتون", "وكوتون")) < 0.5


def test_nothing_is_near_to_a_number(planner: Planner, encoder: FakeEncoder) -> None:
    made = plan(planner, "conflict 2018", encoder)
    assert NEAR in by_source(made, "conflict") or DICTIONARY in by_source(made, "conflict")
    assert NEAR not in by_source(made, "2018")


def test_an_encoder_that_has_no_vectors_of_words_leaves_the_lists(planner: Planner) -> None:
    assert plan(planner, "truce", FakeEncoder()) == plan(planner, "truce")


def test_an_archive_that_has_no_vectors_of_words_leaves_the_lists(
    planner: Planner, encoder: FakeEncoder
) -> None:
    bare = Planner(
        Lexicon([replace(one, vector=None) for one in planner.lexicon.words], {}), planner.dictionary
    )
    assert plan(bare, "truce market", encoder) == plan(bare, "truce market")


def test_each_word_has_its_own_nearest_words(planner: Planner) -> None:
    near = FakeEncoder(codes=True, synonyms={"fnord": "conflict", "blorp": "كتاب"})
    made = plan(planner, "fnord blorp", near, targets=["ar"])
    # What is far from it is no guess that is worth its time.
    assert [by_source(made, text)[NEAR] for text in ("fnord", "blorp")] == [{"حرب", "قتال"}, {"كتاب"}]


@pytest.mark.parametrize(
    ("text", "language", "targets"),
    [
        ("حرب", "ar", ["ar"]), ("حرب", "ar", ["ar-eg"]), ("2011", "ar", ["ar"]), ("fnord", "de", ["de"]),
        ("fnord", "de-at", ["de"]), ("حرب", "fa", ["fa"]),
    ],
)  # fmt: skip
def test_a_word_is_looked_up_in_the_language_of_its_question(
    text: str, language: str, targets: Sequence[str]
) -> None:
    """Among Arabic, only words in Latin letters are of another one: numbers are not."""
    near = FakeEncoder(codes=True, synonyms={"قتال": "حرب", "سنه": "2011", "حرب": "حرب", "fnord": "حرب"})
    words = [word(near, form, language=targets[0]) for form in ("حرب", "سنه", "قتال")]
    words.sort(key=lambda one: one.stem)
    assert searched(plan(Planner(Lexicon(words, {}), Dictionary()), text, near, language=language, targets=targets),
                    text) == {}  # fmt: skip


def test_a_word_from_two_sources_is_as_the_surer_has_it(encoder: FakeEncoder) -> None:
    near = FakeEncoder(codes=True, synonyms={"هدنه": "fnord"})
    words = sorted((word(near, form, 1) for form in ("هدنه", *OTHERS)), key=lambda one: one.stem)
    weights = replace(WEIGHTS.plan, articles_that_tell=2)
    planner = Planner(Lexicon(words, {}), Dictionary([Pair("fnord", "هُدنة")]), weights)
    made = searched(plan(planner, "fnord", near, targets=["ar"]), "fnord")
    assert [(one.surface, one.source) for one in made.values()] == [("هُدنة", DICTIONARY)]
    assert made["هُدنة"].weight == pytest.approx(WEIGHTS.plan.near, rel=1e-3)


def test_a_function_word_is_near_to_nothing() -> None:
    near = FakeEncoder(codes=True, synonyms={"قتال": "fnord", "علي": "fnord"})
    words = sorted((word(near, form) for form in ("قتال", "علي", *OTHERS)), key=lambda one: one.stem)
    made = searched(plan(Planner(Lexicon(words, {}), Dictionary()), "fnord", near, targets=["ar"]), "fnord")
    assert set(made) == {"قتال"}


@pytest.mark.parametrize(("language", "near_words"), [("fa", {"قتال"}), ("ur", set())])
def test_a_language_that_lacks_a_word_has_none_near_to_it(language: str, near_words: set[str]) -> None:
    """The least far of its words would be searched, which is *or* for *oil*."""
    near = FakeEncoder(codes=True, synonyms={"قتال": "fnord"})
    words = [word(near, form, language="fa") for form in ("قتال", *OTHERS)]
    words += [word(near, form, language="ur") for form in OTHERS]
    words.sort(key=lambda one: (one.language, one.stem))
    made = searched(
        plan(Planner(Lexicon(words, {}), Dictionary()), "fnord", near, targets=[language]), "fnord"
    )
    assert set(made) == near_words


def test_only_other_languages_are_looked_for_by_vectors(planner: Planner, encoder: FakeEncoder) -> None:
    assert NEAR not in by_source(plan(planner, "market", encoder, targets=["en"]), "market")


def test_a_language_with_few_words_has_fewer_neighbours_that_weigh_no_more(encoder: FakeEncoder) -> None:
    """Of two languages with the same eight neighbours, whatever is kept of them."""
    arabic = [word(encoder, f"حرب{letter}") for letter in "ابتثجحخد"]
    more = [word(encoder, f"قمر{number}{letter}") for number in range(9) for letter in "ابتثجحخد"]
    persian = [word(encoder, one.surface, language="fa") for one in arabic]
    lexicon = Lexicon([*arabic, *more, *persian], {})
    words = NearWords(lexicon, WEIGHTS.plan)
    counts = words.kept(["ar", "fa"])
    assert counts == {"ar": WEIGHTS.plan.most_neighbours, "fa": WEIGHTS.plan.least_neighbours}
    near = [Neighbour(one, 0.9 - number / 100) for language in (arabic, persian)
            for number, one in enumerate(language)]  # fmt: skip
    kept = words.weighed(near, counts)
    weights = {code: [item.weight for item in kept if item.language == code] for code in ("ar", "fa")}
    assert len(weights["fa"]) == counts["fa"]
    assert weights["fa"] == weights["ar"][: counts["fa"]]


def test_a_word_that_is_rather_of_another_language_is_not_searched_for_its_nearness(
    encoder: FakeEncoder,
) -> None:
    """Articles of all languages are searched for it, and there it means something else."""
    words = [word(encoder, form, 2, "fa") for form in ("حرب", "قتال", *OTHERS)]
    words += [word(encoder, form, 300, "ar") for form in ("حرب", *OTHERS)]
    words.sort(key=lambda one: (one.language, one.stem))
    planner = Planner(Lexicon(words, {}), Dictionary())
    persian, arabic = (
        searched(plan(planner, "conflict", encoder, targets=[target]), "conflict") for target in ("fa", "ar")
    )
    assert set(persian) == {"قتال"}
    # What is counted is what is found.
    assert (arabic["حرب"].language, arabic["حرب"].articles) == ("ar", 302)


#: So many articles must hold a word that a list has.
ENOUGH = WEIGHTS.plan.articles_that_tell


def guessing(articles: int) -> tuple[Planner, FakeEncoder]:
    """Return a planner that has a listed word for *bookish*, in so many articles, and near ones in two languages."""
    encoder = FakeEncoder(codes=True, synonyms={"مجلد": "bookish", "دفتر": "bookish"})
    words = [word(encoder, "كتاب", articles), word(encoder, "مجلد"), word(encoder, "دفتر", language="fa")]
    words.sort(key=lambda one: (one.language, one.stem))
    return Planner(Lexicon(words, {}), Dictionary([Pair("bookish", "كتاب")])), encoder


@pytest.mark.parametrize(("articles", "guessed"), [(ENOUGH, {"دفتر"}), (ENOUGH - 1, {"مجلد", "دفتر"})])
def test_nothing_is_guessed_in_arabic_where_a_list_has_a_word_that_the_archive_holds(
    articles: int, guessed: set[str]
) -> None:
    planner, encoder = guessing(articles)
    made = by_source(plan(planner, "bookish", encoder, targets=["ar", "fa", "en"]), "bookish")
    assert "كتاب" in made[DICTIONARY]
    assert made[NEAR] == guessed


def test_what_english_lists_have_for_a_word_of_another_language_tells_nothing() -> None:
    """The French *pain* is bread."""
    planner, encoder = guessing(ENOUGH)
    made = by_source(plan(planner, "bookish", encoder, language="fr", targets=["ar"]), "bookish")
    assert made[NEAR] == {"مجلد"}


def test_a_listed_word_that_the_analyst_took_out_tells_nothing() -> None:
    planner, encoder = guessing(ENOUGH)
    edits = PlanEdits(removed={"bookish": frozenset({"كتاب"})})
    assert by_source(plan(planner, "bookish", encoder, targets=["ar"], edits=edits), "bookish")[NEAR] == {
        "مجلد"
    }


@pytest.mark.parametrize(
    ("source", "weight", "articles", "tells"),
    [
        (NAME, MARKED, ENOUGH, True),
        (DICTIONARY, 1.0, ENOUGH, True),
        (SOUND, 1.0, ENOUGH, False),
        (NAME, MARKED - 0.01, ENOUGH, False),
        (NAME, 1.0, ENOUGH - 1, False),
        (DICTIONARY, 1.0, 0, False),
    ],
)
def test_what_a_list_has_leaves_nothing_to_guess_where_it_is_likely_meant_and_found(
    planner: Planner, source: str, weight: float, articles: int, tells: bool
) -> None:
    assert planner._tell([Searched(("a",), "a", "ar", weight, source, articles)], "en", ()) is tells


def test_names_that_people_have_been_given(planner: Planner) -> None:
    assert "القذافي" in set().union(*by_source(plan(planner, "Gaddafi"), "gaddafi").values())


def test_the_spellings_that_most_people_have_weigh_more(planner: Planner) -> None:
    names = planner.dictionary.names("gaspar")
    every, two = (
        [
            one
            for one in plan(Planner(planner.lexicon, Dictionary(), weights), "gaspar").words[0].searched
            if one.source == NAME
        ]
        for weights in (WEIGHTS.plan, replace(WEIGHTS.plan, names=2))
    )
    assert [one.surface for one in every] == [name.arabic for name in names]
    assert every[0].weight == pytest.approx((names[0].uses / sum(name.uses for name in names)) ** 0.5)
    assert every[0].weight > every[1].weight
    assert two == every[:2]


@pytest.mark.parametrize(
    "spelling",
    ["Gaddafi", "Qaddafi", "Gadhafi", "Kadhafi", "Qadhafi", "Gaddafy", "Gadaffi", "Khadafy", "Quaddafi"],
)
def test_a_name_in_all_its_spellings(planner: Planner, spelling: str) -> None:
    assert "القذافي" in searched(plan(planner, spelling), spelling.lower())


def test_a_name_that_no_list_has_is_found_by_its_sound(planner: Planner) -> None:
    sources = by_source(plan(planner, "Khulayfi"), "khulayfi")
    assert "الخليفي" in sources.get(SOUND, set()) | sources.get(NAME, set())
    assert by_source(plan(planner, "Khulayfi's"), "khulayfi's") == sources


def test_a_name_that_a_list_has_is_not_sought_by_its_sound(planner: Planner) -> None:
    made = by_source(plan(planner, "suk"), "suk")
    assert set(made) == {NAME}  # though سوق sounds like it


def test_a_word_of_three_letters_sounds_like_too_much(planner: Planner) -> None:
    assert by_source(plan(planner, "hftr"), "hftr") == {SOUND: {"حفتر"}}
    assert by_source(plan(planner, "hrb"), "hrb") == {}


def test_sounds_and_misspelled_names_are_of_the_archive(planner: Planner, encoder: FakeEncoder) -> None:
    for text in ("Kashoggi", "7okoma", "slmo"):  # السلام has the consonants of the last, and is not like it
        assert searched(plan(planner, text), text.lower()) == {}
    words = sorted((word(encoder, form) for form in ("خاشقجي", "حكومه")), key=lambda one: one.stem)
    other = Planner(Lexicon(words, {}), Dictionary())
    assert by_source(plan(other, "Kashoggi"), "kashoggi") == {SOUND: {"خاشقجي"}}
    assert by_source(plan(other, "7okoma"), "7okoma") == {SOUND: {"حكومه"}}


def test_the_words_that_sound_most_alike_are_kept(encoder: FakeEncoder) -> None:
    words = [word(encoder, form, articles) for form, articles in (("حراب", 9), ("حروب", 7), ("حرب", 5))]
    lexicon = Lexicon(sorted(words, key=lambda one: one.stem), {})
    every, two = (
        list(searched(plan(Planner(lexicon, Dictionary(), weights), "hurub"), "hurub"))
        for weights in (WEIGHTS.plan, replace(WEIGHTS.plan, sounds=2))
    )
    assert every == ["حروب", "حرب", "حراب"]  # and not as often as they are written
    assert two == every[:2]


@pytest.mark.parametrize("language", ["ar", "ar-eg"])
def test_a_latin_name_in_an_arabic_query_is_looked_up(planner: Planner, language: str) -> None:
    made = plan(planner, "النفط Haftar", language=language, targets=["ar"])
    assert "حفتر" in set().union(*by_source(made, "haftar").values())
    assert made.words[-1].key == "haftar"


def test_names_can_be_switched_off(planner: Planner) -> None:
    assert NAME in by_source(plan(planner, "Hamdan"), "hamdan")
    for text in ("Hamdan", "Khulayfi"):
        assert by_source(plan(planner, text, edits=PlanEdits(names=False)), text.lower()) == {}


@pytest.mark.parametrize(
    "surface", ["الماليه", "مالي"]
)  # money has its stem, as the archive's commonest form or not
def test_a_name_that_loses_an_ending_is_looked_up_as_it_is_written(
    encoder: FakeEncoder, surface: str
) -> None:
    words = [word(encoder, form) for form in (surface, *OTHERS)]
    searched = plan(Planner(Lexicon(words, {}), Dictionary()), "Mali", encoder).words[0].searched
    written = {one.key for one in searched if one.source in (DICTIONARY, NAME)}
    assert written == {"مالي", "المالي", "لمالي", "ومالي", "بمالي"}
    assert {one.form for one in searched} == {Form.EXACT}


def test_a_name_is_sought_with_both_letters_for_g(encoder: FakeEncoder) -> None:
    """Lists write سيرجي, as Cairo does; Beirut writes سيرغي."""
    words = [word(encoder, form) for form in ("سيرغي", "جراندي", "غراندي")]
    has = Planner(Lexicon(sorted(words, key=lambda one: one.stem), {}), Dictionary())
    assert by_source(plan(has, "Sergei"), "sergei")[SOUND] == {"سيرغي"}
    both = by_source(plan(has, "Grandi"), "grandi")
    assert "جراندي" in both[NAME]
    assert both[SOUND] == {"غراندي"}
    assert SOUND not in by_source(plan(has, "Grandi", edits=PlanEdits(names=False)), "grandi")


def test_another_letter_for_g_makes_no_other_word(encoder: FakeEncoder) -> None:
    words = [word(encoder, form) for form in ("الجاري", "غاري", "بغداد")]
    planner = Planner(Lexicon(sorted(words, key=lambda one: one.stem), {}), Dictionary())
    for name in ("Gary", "Baghdad", "Baghdadi"):  # not "current", and gh is one letter everywhere
        assert SOUND not in by_source(plan(planner, name), name.lower())


def test_a_name_that_the_archive_seems_to_lack_may_be_of_one_article_with_either_g(planner: Planner) -> None:
    assert by_source(plan(planner, "Bogdanov"), "bogdanov") == {NAME: {"بوجدانوف"}, SOUND: {"بوغدانوف"}}


def test_a_name_that_loses_an_ending_does_not_get_its_stem_back_as_an_adjective(encoder: FakeEncoder) -> None:
    words = [word(encoder, form) for form in ("امينه", *OTHERS)]
    made = by_source(plan(Planner(Lexicon(words, {}), Dictionary()), "Amina", encoder), "amina")
    assert "أمينة" in made[NAME] | made.get(DICTIONARY, set())
    assert ADJECTIVE not in made


def test_a_name_that_is_its_own_stem_is_looked_up_by_it(encoder: FakeEncoder) -> None:
    words = [word(encoder, form) for form in ("طالب", *OTHERS)]
    searched = plan(Planner(Lexicon(words, {}), Dictionary()), "Talib", encoder).words[0].searched
    assert [one.form for one in searched if one.key == "طالب"] == [Form.STEM]


def test_a_name_with_the_article_is_looked_up_with_what_is_written_to_both(encoder: FakeEncoder) -> None:
    words = [word(encoder, form) for form in ("حاجه", *OTHERS)]
    made = plan(Planner(Lexicon(words, {}), Dictionary()), "Hajj", encoder)
    assert {one.key for one in made.words[0].searched} >= {"الحاج", "حاج", "للحاج", "والحاج", "بالحاج"}


def test_an_abbreviation_is_no_name(encoder: FakeEncoder) -> None:
    planner = Planner(Lexicon([word(encoder, form) for form in ("اون", *OTHERS)], {}), Dictionary())
    assert NAME not in by_source(plan(planner, "UN envoy Griffiths"), "un")
    assert "الأمم المتحدة" in by_source(plan(planner, "UN envoy Griffiths"), "un")[DICTIONARY]
    assert "أون" in by_source(plan(planner, "Kim Jong Un"), "un")[NAME]
    assert "أون" in by_source(plan(planner, "KIM JONG UN"), "un")[NAME]


def test_a_letter_written_to_a_word_is_searched_too(planner: Planner) -> None:
    assert by_source(plan(planner, "bookish"), "bookish")[INFLECTION] == {"وكتاب"}


def test_what_hardly_counts_is_searched_without_what_is_written_to_it(encoder: FakeEncoder) -> None:
    words = sorted((word(encoder, form) for form in ("كتاب", "نهر")), key=lambda one: one.stem)
    lexicon = Lexicon(words, {"وكتاب": "كتاب", "ونهر": "نهر"})
    near = FakeEncoder(codes=True, synonyms={"fnord": "نهر"})
    pairs = Dictionary([Pair("fnord", "كتاب"), Pair("fnord", "نهر")])
    made = plan(Planner(lexicon, pairs), "fnord", near, targets=["ar"])
    assert by_source(made, "fnord")[INFLECTION] == {"ونهر"}
    assert searched(made, "fnord")["كتاب"].weight < WEIGHTS.plan.least_inflected


def test_a_phrase_that_is_one_unit(planner: Planner) -> None:
    made = plan(planner, "libyan prime minister resigns")
    unit = next(planned for planned in made.words if planned.key == "prime minister")
    assert any(len(one.tokens) == 2 for one in unit.searched)
    assert "prime minister" in made.expansions()


@pytest.mark.parametrize(("language", "targets"), [("de", ["ar"]), ("en", ["fa", "en"])])
def test_languages_that_no_dictionary_joins_have_no_units(
    planner: Planner, language: str, targets: Sequence[str]
) -> None:
    made = plan(planner, "prime minister", language=language, targets=targets)
    assert [planned.text for planned in made.words] == ["prime", "minister"]


def test_a_country_of_two_words_is_a_unit_in_every_language(planner: Planner) -> None:
    made = plan(planner, "Arabie saoudite", language="fr")
    assert [planned.text for planned in made.words] == ["Arabie saoudite", "Arabie", "saoudite"]
    assert "السعودية" in [one.surface for one in made.words[0].searched]


def test_a_unit_weighs_as_one_word(planner: Planner) -> None:
    unit = next(p for p in plan(planner, "prime minister").words if p.key == "prime minister")
    two = next(one for one in unit.searched if len(one.tokens) == 2)
    assert two.weight == pytest.approx(WEIGHTS.plan.dictionary / 2**0.5)
    assert two.articles == 0  # words are counted, and not runs of them


def test_a_translation_that_does_not_fit_the_context_counts_less(encoder: FakeEncoder) -> None:
    """bank: مصرف among money, ضفة at a river. The context is the word's vector in its sentence."""
    fits = FakeEncoder(codes=True, synonyms={"bank": "مصرف"})
    words = sorted((word(fits, form) for form in ("مصرف", "ضفه")), key=lambda one: one.stem)
    dictionary = Dictionary([Pair("bank", "مصرف"), Pair("bank", "ضفة")])
    made = searched(plan(Planner(Lexicon(words, {}), dictionary), "bank", fits), "bank")
    assert made["ضفة"].weight < 0.2 * made["مصرف"].weight


def test_words_side_by_side_count_in_full_whatever_the_context(planner: Planner) -> None:
    near = FakeEncoder(codes=True, synonyms={"fnord": "مصرف"})
    pairs = [Pair("fnord", arabic) for arabic in ("مصرف", "حرب", "حرب سوق")]
    made = searched(plan(Planner(planner.lexicon, Dictionary(pairs)), "fnord", near, targets=["ar"]), "fnord")
    assert made["حرب"].weight < 0.5
    assert made["حرب سوق"].weight == pytest.approx(WEIGHTS.plan.dictionary / 2**0.5)


def test_conditions_mean_the_language_that_they_are_written_in(planner: Planner) -> None:
    assert [planned.text for planned in plan(planner, '+truce "oil market" conflict').words] == ["conflict"]


def test_an_arabic_query_gets_the_forms_of_its_own_words(planner: Planner) -> None:
    made = plan(planner, "كتاب", language="ar", targets=["ar"])
    assert by_source(made, "كتاب") == {INFLECTION: {"وكتاب"}}


def test_an_arabic_query_gets_the_forms_of_its_own_words_beside_words_of_another_language(
    planner: Planner,
) -> None:
    near = FakeEncoder(codes=True, synonyms={"كتاب": "market"})
    made = by_source(plan(planner, "كتاب", near, language="ar"), "كتاب")
    assert made == {NEAR: {"market"}, INFLECTION: {"وكتاب"}}


def test_forms_of_words_can_be_left_out(planner: Planner) -> None:
    without = Planner(planner.lexicon, planner.dictionary, WEIGHTS.without("inflection").plan)
    for text, language in (("bookish", "en"), ("كتاب", "ar")):
        assert INFLECTION not in by_source(plan(without, text, language=language, targets=["ar"]), text)


def test_an_archive_without_arabic_needs_no_dictionary(planner: Planner) -> None:
    assert searched(plan(planner, "truce", targets=["en"]), "truce") == {}


def test_no_word_gets_more_than_its_share(planner: Planner, encoder: FakeEncoder) -> None:
    every, few = (
        searched(
            plan(Planner(planner.lexicon, Dictionary(), weights), "conflict market", encoder), "conflict"
        )
        for weights in (WEIGHTS.plan, replace(WEIGHTS.plan, most=3))
    )
    assert 3 < len(every) <= WEIGHTS.plan.most
    assert list(few.values()) == list(every.values())[:3]
    weights = [one.weight for one in every.values()]
    assert weights == sorted(weights, reverse=True)


def test_words_are_shown_as_they_were_typed(planner: Planner) -> None:
    made = plan(planner, "Qaddafi told the Prime Minister of a TRUCE")
    shown = {planned.key: planned.text for planned in made.words}
    assert shown["prime minister"] == "Prime Minister"
    assert shown["qaddafi"] == "Qaddafi"
    assert shown["truce"] == "TRUCE"


# --- the analyst's edits --------------------------------------------------------------------------


def test_a_removed_word_is_not_searched_but_still_shown(planner: Planner) -> None:
    before = searched(plan(planner, "truce"), "truce")["هدنة"]
    assert before.key == "هدن"
    edits = PlanEdits(removed={"truce": frozenset({before.key})})
    [made] = plan(planner, "truce", edits=edits).words
    assert before.key not in {one.key for one in made.searched}
    assert [one.key for one in made.removed] == [before.key]
    two = Planner(planner.lexicon, Dictionary([Pair("fnord", "حرب"), Pair("fnord", "سوق")]))
    [made] = plan(two, "fnord", edits=PlanEdits(removed={"fnord": frozenset({"حرب"})})).words
    assert ([one.key for one in made.searched], [one.key for one in made.removed]) == (["سوق"], ["حرب"])


def test_what_is_written_to_a_removed_word_goes_with_it(planner: Planner) -> None:
    assert INFLECTION in by_source(plan(planner, "bookish"), "bookish")
    edits = PlanEdits(removed={"bookish": frozenset({"كتاب"})})
    assert INFLECTION not in by_source(plan(planner, "bookish", edits=edits), "bookish")


def test_names_are_told_from_words_that_a_dictionary_translates(planner: Planner) -> None:
    made = plan(planner, "Syria truce Haftar Market")
    assert {word.key for word in made.words if word.proper} == {"syria", "haftar"}
    assert made.translated == {"truce", "market"}


def test_a_pinned_word_counts_in_full(planner: Planner) -> None:
    dictionary = Dictionary([Pair("money", "سوق"), Pair("money", "مصرف")])
    lexicon = planner.lexicon
    near = FakeEncoder(codes=True, synonyms={"money": "مصرف", **NEAR_WORDS})
    asked = Planner(lexicon, dictionary)
    low = searched(plan(asked, "money", near), "money")["سوق"]
    assert low.weight < 1.0
    pinned = plan(asked, "money", near, edits=PlanEdits(pinned={"money": frozenset({low.key})}))
    assert searched(pinned, "money")["سوق"].weight == 1.0


def test_a_word_that_the_analyst_adds_is_searched(planner: Planner) -> None:
    made = searched(plan(planner, "truce", edits=PlanEdits(pinned={"truce": frozenset({"السلام"})})), "truce")
    assert made["السلام"].source == ADDED
    assert made["السلام"].articles == 5


def test_words_that_the_analyst_adds_are_in_one_order_and_signs_are_none(planner: Planner) -> None:
    added = frozenset({"سلام", "سوق", "حرب", "كتاب", "مصرف", "؟", ""})
    [made] = plan(planner, "fnord", edits=PlanEdits(pinned={"fnord": added})).words
    assert [one.key for one in made.searched] == sorted(added - {"؟", ""})
    assert {one.source for one in made.searched} == {ADDED}


def test_an_edit_of_another_word_changes_nothing(planner: Planner) -> None:
    edits = PlanEdits(removed={"other": frozenset({"هدن"})}, pinned={"another": frozenset({"سلام"})})
    assert plan(planner, "truce", edits=edits) == plan(planner, "truce")
