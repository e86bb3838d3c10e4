"""The catalogue's names in a sentence: found where they are meant, and nowhere else."""

import pytest

from ranker.language.clauses import read
from ranker.language.names import Names
from schemas import TrackInfo

INFOS = [
    TrackInfo(title="Hey Jude", artist="The Beatles"),
    TrackInfo(title="Bohemian Rhapsody", artist="Queen", album="A Night at the Opera"),
    TrackInfo(title="Happy", artist="Calm", genre="shoegaze"),
    TrackInfo(title="No Drums", artist="The Band", genre="rock"),
    TrackInfo(title="Blue Moon", artist="Drums", album="Thriller"),
    TrackInfo(title="Halo", artist="Beyoncé"),
    TrackInfo(title="Crazy in Love", artist="Beyoncé feat. Jay-Z"),
    TrackInfo(title="Back in Black", artist="AC/DC"),
    TrackInfo(title="Stand", artist="R.E.M."),
    TrackInfo(title="September", artist="Earth, Wind & Fire"),
    TrackInfo(title="Don't Stop Me Now", artist="Queen"),
]
NAMES = Names.of(INFOS, plain=["calm", "happy", "drums", "rock", "piano", "calm piano"])


def named(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the fields and names found in a sentence."""
    return [
        (fact.condition.field, fact.condition.any_of)
        for reading in read(text, 2026, names=NAMES)
        for fact in reading.facts
    ]


@pytest.mark.parametrize(
    "text",
    ["Queen", "no queen", "sad Queen songs", "only Queen, please", "like QUEEN", "music by Queen"],
)
def test_an_artist_is_found_wherever_it_stands(text: str) -> None:
    assert named(text) == [("artist", ("Queen",))]


@pytest.mark.parametrize(
    "text, artist",
    [
        ("Beatles", "The Beatles"),
        ("the beatles", "The Beatles"),
        ("acdc", "AC/DC"),
        ("ac/dc", "AC/DC"),
        ("REM", "R.E.M."),
        ("r.e.m.", "R.E.M."),
        ("earth, wind and fire", "Earth, Wind & Fire"),
        ("earth wind & fire", "Earth, Wind & Fire"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(text: str, artist: str) -> None:
    assert named(text) == [("artist", (artist,))]


def test_an_artist_stands_for_what_was_recorded_with_guests_too() -> None:
    assert named("more beyonce") == [("artist", ("Beyoncé", "Beyoncé feat. Jay-Z"))]


@pytest.mark.parametrize(
    "text", ["hey jude", "play Hey Jude please", "songs like Hey Jude but faster", "no hey jude"]
)
def test_a_title_that_stands_alone_in_its_wish_is_found(text: str) -> None:
    assert named(text) == [("title", ("Hey Jude",))]


def test_a_title_of_words_of_the_grammar_is_found_as_a_whole() -> None:
    assert named("don't stop me now") == [("title", ("Don't Stop Me Now",))]


@pytest.mark.parametrize(
    "text", ["music for a blue moon night", "songs about a blue moon", "deep blue moon songs"]
)
def test_a_title_among_other_words_is_no_title(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "calm",
        "something calm",
        "no drums",
        "more drums",
        "happy music",
        "rock",
        "calm piano",
        "the band",
        "big band music",
    ],
)
def test_a_name_of_plain_words_takes_over_no_plain_wish(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text, field, name",
    [
        ("songs by Calm", "artist", "Calm"),
        ("the band Drums", "artist", "Drums"),
        ("the song Happy", "title", "Happy"),
        ("the album Thriller", "album", "Thriller"),
        ("like Calm", "artist", "Calm"),
        ("like The Band", "artist", "The Band"),
        ("something like Happy, but faster", "title", "Happy"),
        ('play "No Drums"', "title", "No Drums"),
    ],
)
def test_a_cue_makes_a_name_of_plain_words_one(text: str, field: str, name: str) -> None:
    assert named(text) == [(field, (name,))]


@pytest.mark.parametrize("text", ["like calm piano", "something like calm music"])
def test_like_names_nothing_where_the_wish_goes_on(text: str) -> None:
    assert named(text) == []


def test_a_one_word_title_needs_a_cue() -> None:
    assert named("september music") == named("halo") == []
    assert named("the song Halo") == [("title", ("Halo",))]


def test_a_genre_that_the_space_does_not_know_is_told_by_tags() -> None:
    assert named("some shoegaze") == [("genre", ("shoegaze",))]


def test_a_name_that_the_language_knows_is_not_cut_short() -> None:
    (reading,) = read("rock and roll", 2026, names=NAMES)

    assert (reading.clause.subject, reading.facts) == ("rock and roll", ())


def test_a_track_and_its_artist_are_two_parts() -> None:
    assert named("Hey Jude by The Beatles") == [
        ("title", ("Hey Jude",)),
        ("artist", ("The Beatles",)),
    ]


def test_names_join_like_other_subjects() -> None:
    operations = [r.clause.operation for r in read("no Queen or AC/DC", 2026, names=NAMES)]

    assert operations == ["without", "without"]
    assert named("no Queen or AC/DC") == [("artist", ("Queen",)), ("artist", ("AC/DC",))]


def test_without_a_catalogue_there_are_no_names() -> None:
    assert all(not reading.facts for reading in read("more Queen", 2026))
