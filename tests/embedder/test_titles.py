import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.titles import Song, song_of
from schemas.vectors import TrackInfo


def song(title: str, artist: str | None = "Nina Simone") -> Song | None:
    return song_of(TrackInfo(title=title, artist=artist))


@pytest.mark.parametrize(
    "title",
    [
        "Sinnerman",
        "SINNERMAN",
        "Sinnerman (Live)",
        "Sinnerman [2003 Remaster]",
        "Sinnerman - Live at the Village Gate",
        "Sinnerman – Felix da Housecat’s Heavenly House Mix",
        "Sinnerman (feat. Somebody Else)",
        "Sinnerman feat. Somebody Else",
        "03 Sinnerman",
        "3. Sinnerman",
        "1-03 - Sinnerman (Mono)",
    ],
)
def test_versions_of_a_song_share_its_name(title: str) -> None:
    assert song(title) == Song("nina simone", "sinnerman")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Part 1", "Part 2"),
        ("Four Women", "Feeling Good"),
        ("Symphony No. 5 - Allegro", "Symphony No. 5 - Andante"),
        ("Blue (Prelude)", "Blue (Finale)"),
        ("99 Luftballons", "98 Luftballons"),
        ("Live Forever", "Live and Let Die"),
    ],
)
def test_different_songs_keep_their_names(one: str, other: str) -> None:
    assert song(one) != song(other)


@pytest.mark.parametrize(
    "title", ["Track 04", "04", "Untitled", "Intro", "(Live)", "...", "Titel 3"]
)
def test_a_title_that_any_song_may_have_tells_nothing(title: str) -> None:
    assert song(title) is None


def test_accents_case_and_guests_of_the_artist_do_not_matter() -> None:
    assert song("Jóga", "BJÖRK ft. Somebody") == song("Joga", "Björk")


def test_artists_with_one_title_are_told_apart() -> None:
    assert song("Hurt", "Johnny Cash") != song("Hurt", "Nine Inch Nails")


@given(st.text(max_size=500), st.none() | st.text(max_size=500))
def test_any_tags_give_an_answer(title: str, artist: str | None) -> None:
    found = song(title, artist)

    assert found is None or found.title
