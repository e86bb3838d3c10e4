"""Descriptions and comments -> sentences (P30: the filter looks at one at a time)."""

import sentencex  # type: ignore[import-untyped]

LANGUAGE = "en"
"""Whose abbreviations are known; sentences of other languages are found by their full stops."""


def sentences_of(text: str) -> list[str]:
    r"""Return the sentences of a text: a line break ends one, "feat." and "3.5" do not.

    Each has single spaces and a letter or a digit; what has neither is left out.

    >>> sentences_of("Great ft. Drake!\n\n- warm bass. love it")
    ['Great ft. Drake!', '- warm bass.', 'love it']
    """
    pieces = (
        " ".join(piece.split())
        for line in text.splitlines()
        for piece in sentencex.segment(LANGUAGE, line)
    )
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]
