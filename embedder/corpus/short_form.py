"""Titles and tags -> what of them says something about the music (P32).

The patent filters its short-form text by "rule-based heuristics" that it does not list; ours are
in `embedder.corpus.short_form_rules`. A rewriting rule takes something out of a text; a dropping
rule refuses what is left. Rules are applied in the order of their lists until none has anything to
do, so cleaning what is clean changes nothing.
"""

from embedder.corpus.short_form_rules import (
    DROPPING,
    MAX_CHARACTERS,
    REWRITING,
    SEARCH_TERMS,
)
from embedder.corpus.verdicts import Dropped, Kept, Verdict


def clean(text: str) -> Verdict:
    """Return a title or tag without what is not about the music, or why nothing is left.

    >>> clean("Miles Davis - So What (Official Audio) [HD]")
    Kept(text='Miles Davis - So What')
    >>> clean("https://example.com/x")
    Dropped(rule='empty')
    """
    if len(text) > MAX_CHARACTERS:
        return Dropped(SEARCH_TERMS)
    while (rewritten := _rewritten(text)) != text:
        text = rewritten
    for rule in DROPPING:
        if rule.refuses(text):
            return Dropped(rule.name)
    return Kept(text)


def _rewritten(text: str) -> str:
    for rule in REWRITING:
        text = rule.rewrite(text)
    return text
