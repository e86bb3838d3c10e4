from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.corpus.short_form import clean
from embedder.corpus.short_form_rules import DROPPING, MAX_CHARACTERS, MAX_WORDS, REWRITING
from embedder.corpus.verdicts import Dropped, Kept

REWRITTEN = {
    "html": [("Tom &amp; Jerry", "Tom & Jerry")],
    "fancy letters": [("𝓵𝓸𝓯𝓲 ｂｅａｔｓ", "lofi beats")],
    "link": [
        ("Calm piano https://example.org/x?y=1", "Calm piano"),
        ("Calm piano youtu.be/abc", "Calm piano"),
        ("Calm piano - me@example.com", "Calm piano"),
        ("will.i.am", "will.i.am"),
    ],
    "handle": [("Night Drive @some.one", "Night Drive"), ("Live @ the Forum", "Live @ the Forum")],
    "hashtag of a platform": [("rain sounds #fyp #shorts", "rain sounds")],
    "hashtag": [("#lofi #chill", "lofi chill"), ("#1 hits", "#1 hits")],
    "symbols": [("chill 🌊 vibes ★", "chill vibes"), ("Nocturne in E♭", "Nocturne in E♭")],
    "file name": [("slow_blues_take.mp3", "slow blues take")],
    "brackets about the file": [
        ("Hello (Official Music Video)", "Hello"),
        ("Hello [Lyrics] [4K]", "Hello"),
        ("Hello 【Official HD Video 2019】", "Hello"),
        ("Hello (Acoustic Version)", "Hello (Acoustic Version)"),
        ("Hello (Slowed + Reverb)", "Hello (Slowed + Reverb)"),
        ("Hello (8D Audio)", "Hello (8D Audio)"),
        ("Hello (New Version)", "Hello (New Version)"),
    ],
    "claim about the file": [
        ("Adele - Hello - Official Video", "Adele - Hello"),
        ("Adele - Hello | Music Video", "Adele - Hello"),
        ("Adele - Hello with lyrics", "Adele - Hello"),
    ],
    "resolution": [("Waves 4K 60fps", "Waves"), ("Waves full hd", "Waves")],
    "reissue": [
        ("Radio Ga Ga - 2011 Remaster", "Radio Ga Ga"),
        ("Roxanne (Remastered 2003)", "Roxanne"),
        ("Roxanne (Deluxe Edition)", "Roxanne"),
    ],
    "year": [("Jolene (1974)", "Jolene"), ("Prince - 1999", "Prince - 1999")],
    "catalogue number": [
        ("Windowlicker [WAP105CD]", "Windowlicker"),
        ("Cello Suite (BWV 1007)", "Cello Suite (BWV 1007)"),
        ("Acid (TB 303)", "Acid (TB 303)"),
    ],
    "length": [("Rain [3:45:00]", "Rain"), ("Ride 4:49", "Ride")],
    "channel": [
        ("Coldplay - Topic", "Coldplay"),
        ("Hello - AdeleVEVO", "Hello"),
        ("Cold Water | Northern Light Records", "Cold Water"),
        ("Piano | Violin", "Piano | Violin"),
    ],
    "bait": [
        ("MUST LISTEN Bulgarian choir", "Bulgarian choir"),
        ("Sad cello - link in bio", "Sad cello"),
        ("Deep house, please subscribe", "Deep house"),
        ("Funk mix 1.2M views", "Funk mix"),
    ],
    "featuring": [
        ("Umbrella (feat. Jay-Z)", "Umbrella"),
        ("Umbrella ft. Jay Z - Live", "Umbrella - Live"),
        ("A Feat of Strength", "A Feat of Strength"),
    ],
    "track number": [
        ("01 - Blue Waltz", "Blue Waltz"),
        ("Track 7. Blue Waltz", "Blue Waltz"),
        ("99 Problems", "99 Problems"),
    ],
    "repeated marks": [("so good!!!!", "so good!")],
    "stretched letters": [("chillllllll beats", "chill beats")],
    "empty brackets": [("Blue Waltz ( ) []", "Blue Waltz")],
    "all capitals": [
        ("SLOW SAD PIANO", "slow sad piano"),
        ("ABBA", "ABBA"),
        ("AC/DC live", "AC/DC live"),
    ],
    "loose ends": [("~ Blue   Waltz - ", "Blue Waltz")],
}  # fmt: skip

REFUSED = {
    "empty": ["", "🔥🔥🔥", "https://example.org", "(Official Video)"],
    "no words": ["1999", "12 / 03", "X"],
    "identifier": ["dQw4w9WgXcQ", "a8s7d6f5g4"],
    "placeholder": ["IMG_4432.JPG", "Untitled", "Track 01", "New Recording 12", "VID 2020"],
    "about the platform": [
        "video clip",
        "Official Lyrics",
        "[Full Album]",
        "new song",
        "my channel",
    ],
    "search terms": ["lo fi " * MAX_WORDS, "x" * (MAX_CHARACTERS + 1)],
}


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [(rule, *case) for rule, cases in REWRITTEN.items() for case in cases],
)
def test_a_rewriting_rule_takes_out_what_it_is_named_after(
    rule: str, before: str, after: str
) -> None:
    assert clean(before) == Kept(after)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in REFUSED.items() for text in texts]
)
def test_a_dropping_rule_refuses_what_it_is_named_after(rule: str, text: str) -> None:
    assert clean(text) == Dropped(rule)


@pytest.mark.parametrize("rule", [rule.name for rule in REWRITING])
def test_every_rewriting_rule_is_needed_by_a_case_of_its_own(rule: str) -> None:
    by_name = {each.name: each.rewrite for each in REWRITING}
    changed = [before for before, after in REWRITTEN[rule] if before != after]

    assert changed
    assert all(by_name[rule](before) != before for before in changed)


def test_every_dropping_rule_has_a_case() -> None:
    assert set(REFUSED) == {rule.name for rule in DROPPING}


@pytest.mark.parametrize(
    "title",
    [
        "Bohemian Rhapsody",
        "Livin' on a Prayer",
        "Best of My Love",
        "Video Killed the Radio Star",
        "Help!",
        "ピアノ",
        "心",
        "3 AM Thoughts",
        "Symphony No. 5 in C minor, Op. 67",
        "Dance of the Sugar Plum Fairy (piano cover)",
    ],
)
def test_a_plain_title_stays_as_it_is(title: str) -> None:
    assert clean(title) == Kept(title)


def test_many_habits_at_once_are_seen_through() -> None:
    title = "03. 🔥FREE DOWNLOAD🔥 KAYZO - NIGHT FT. MIA (SLOWED &amp; REVERB) [NCS012] #viral"

    assert clean(title) == Kept("kayzo - night (slowed & reverb)")


PIECES = st.sampled_from(
    [case for cases in REWRITTEN.values() for pair in cases for case in pair]
    + [text for texts in REFUSED.values() for text in texts[:3]]
    + ["(", ")", "[", "-", "|", " ", "&amp;amp;", "İ", "ﷺ", "℡", "ß", "#", "feat.", "ǅ", "1:23:45"]
)


@given(text=st.one_of(st.text(), st.lists(PIECES, max_size=6).map("".join)))
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    verdict = clean(text)

    if isinstance(verdict, Kept):
        assert verdict.text.strip()
        assert clean(verdict.text) == verdict


@pytest.mark.parametrize(
    "piece", ["(official ", "official ", "a@", "((", "- ", "ft. ", "2011 ", "#"]
)
def test_no_title_takes_long_to_clean(piece: str) -> None:
    title = (piece * MAX_CHARACTERS)[:MAX_CHARACTERS]

    started = perf_counter()
    clean(title)

    assert perf_counter() - started < 1
