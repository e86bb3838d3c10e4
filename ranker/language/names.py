"""The catalogue's names, to be found in what a listener says.

"Sad Queen songs", "no Queen" and "like Hey Jude" mean what the catalogue calls so; yet a band
called Calm, or a track called No Drums, must not take over a plain wish. A name said among other
words is read as one where nothing else can be meant:

* **an artist** where a word of it is *new*: neither a word of the language's grammar nor one that
  the space knows ("Queen", "No Doubt", but not "Calm", "The Band" or "Happy Days");
* **a genre** in the same case, for the space does not know the word itself;
* **a title or an album** where a word is new, it has two words or more, and it stands alone in its
  wish ("play Blue Moon", but not "music for a blue moon night").

A cue overrides all of this: after "by", "the band", "the song", "the album", in quotation marks,
and after "like" where nothing follows, every name of the catalogue is one.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from schemas import TrackFilter, TrackInfo

NameField = Literal["artist", "genre", "title", "album"]
FIELDS: tuple[NameField, ...] = ("artist", "genre", "title", "album")
"""Of equal names the first of these is meant."""

MAX_SPELLINGS = 100
"""Spellings kept of one name, as many as a `TrackFilter` may hold."""

ARTICLE = "the"
"""Left out at the beginning of a name, however it is spelled: "The Beatles", "more Beatles"."""

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|,|&|\+")
_FEATURED = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s", re.IGNORECASE)
_AND = {"&": "and", "+": "and"}

Words = tuple[str, ...]
"""What is said, word by word."""


@dataclass(frozen=True)
class Names:
    """An immutable index: folded words -> what the catalogue calls so."""

    spellings: Mapping[Words, Mapping[NameField, tuple[str, ...]]]
    plain: frozenset[str]
    """Words and phrases that mean themselves, in lower case: the space knows their sound."""
    longest: int
    """Words in the longest name."""

    @classmethod
    def of(cls, infos: Iterable[TrackInfo], plain: Collection[str] = ()) -> Self:
        """Index the names of tracks; O(names), once for each change of the catalogue."""
        spellings: dict[Words, dict[NameField, dict[str, None]]] = {}
        for info in infos:
            for field in FIELDS:
                if spelling := getattr(info, field):
                    for words in _keys(spelling, field):
                        spellings.setdefault(words, {}).setdefault(field, {})[spelling] = None
        return cls(
            spellings={
                words: {field: tuple(sorted(known)) for field, known in by_field.items()}
                for words, by_field in spellings.items()
            },
            plain=frozenset(word.casefold() for word in plain),
            longest=max(map(len, spellings), default=0),
        )

    def __len__(self) -> int:
        return len(self.spellings)

    def find(self, words: Words, fields: Sequence[NameField] = FIELDS) -> TrackFilter | None:
        """Return the condition that a name stands for, of the first of `fields` that has it.

        >>> names = Names.of([TrackInfo(title="Hey Jude", artist="The Beatles")])
        >>> names.find(("beatles",)).any_of
        ('The Beatles',)
        """
        known = self.spellings.get(words, {})
        for field in fields:
            if field in known:
                return TrackFilter(field=field, any_of=known[field][:MAX_SPELLINGS])
        return None


NO_NAMES = Names.of(())
"""Of a catalogue that nobody knows."""


def folded(text: str) -> Words:
    """Return a text as names are compared: lower case, no accents, "&" as "and", words alone.

    >>> folded("Beyoncé & Jay-Z")
    ('beyonce', 'and', 'jay', 'z')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = (_AND.get(word, word).replace("'", "") for word in _WORD.findall(plain))
    return tuple(part for word in words for part in word.split("-"))


def _keys(spelling: str, field: NameField) -> set[Words]:
    """Return what a name may be said as: without "The", without its comma, by its main artist."""
    said = {spelling}
    if field == "artist":
        said.add(_FEATURED.split(spelling)[0])
    keys = {folded(name) for name in said}
    keys |= {tuple(word for word in words if word != ",") for words in keys}
    keys = {words[words[:1] == (ARTICLE,) and len(words) > 1 :] for words in keys}
    if not any(letter.isspace() for letter in spelling):
        keys |= {("".join(words),) for words in keys}  # "acdc", "rem"
    return keys - {()}
