"""What people type -> what an encoder reads."""

from unicodedata import category

from embedder.errors import UnusableText

MAX_CHARACTERS = 4_000
"""Characters looked at before any tokenizer: no word piece that counts lies beyond them."""

UNSEEN = ("Cc", "Cf")
"""Unicode categories of control characters and of marks such as "right to left"."""

JOINERS = "\u200c\u200d"
"""Unseen too, but they make one sign of several: emoji, and words of Persian or Hindi."""

SIGNS = "LNPS"
"""Unicode's letters, numbers, punctuation and symbols; without any a text says nothing."""


def readable(text: str) -> str:
    r"""Return the text with single spaces, in characters that exist and show, cut to a sane length.

    Half of a surrogate pair becomes a question mark.

    >>> readable("  calm \u202epiano\0 ")
    'calm piano'

    Raises
    ------
    UnusableText
        Nothing that can be seen is left: every such text would get the same vector.

    """
    whole = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    words = " ".join("".join(filter(_is_seen, word)) for word in whole.split()).split()
    if not any(category(character)[0] in SIGNS for word in words for character in word):
        raise UnusableText(text[:MAX_CHARACTERS], "it holds no words")
    return " ".join(words)


def _is_seen(character: str) -> bool:
    return character in JOINERS or category(character) not in UNSEEN
