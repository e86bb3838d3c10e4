"""What people type -> what an encoder reads."""

from embedder.errors import UnusableText

MAX_CHARACTERS = 4_000
"""Characters looked at before any tokenizer: no word piece that counts lies beyond them."""


def readable(text: str) -> str:
    """Return the text with single spaces, in characters that exist, cut to a sane length.

    >>> readable("  calm   piano ")
    'calm piano'

    Raises
    ------
    UnusableText
        Nothing is left.

    """
    words = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").split()
    if not words:
        raise UnusableText(text, "it holds no words")
    return " ".join(words)
