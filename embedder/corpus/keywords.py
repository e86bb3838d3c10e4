"""The baseline that a classifier of sentences has to beat: a list of words."""

import re

KEYWORDS = frozenset(
    """
    acoustic aggressive ambient atmosphere ballad bass beat beats bluesy blues calm catchy cello
    chill choir chord chords chorus classical country dance danceable dark disco distorted dreamy
    drum drums dubstep electronic emotional energetic epic falsetto fast flute folk funk funky
    genre gospel groove groovy guitar guitars happy harmonies harmony heavy hip instrumental
    instruments jazz jazzy loud lullaby melancholic mellow melodic melody metal mood moody music
    orchestra orchestral organ passionate percussion piano pop punk quiet rap reggae relaxing
    rhythm riff riffs rock romantic sad saxophone singer singing slow smooth soft solo song songs
    soul soulful sound sounds strings synth techno tempo trumpet tune upbeat vibe vibes violin
    vocal vocals voice voices workout
    """.split()
)
"""Words that a musician would search for. Whoever chose them had read the sentences, which flatters
the baseline."""

_WORD = re.compile(r"[^\W\d_]+")


def names_music(sentence: str) -> bool:
    """Return whether one of the words is in the sentence.

    >>> names_music("The bass is warm."), names_music("Subscribe!")
    (True, False)
    """
    return not KEYWORDS.isdisjoint(_WORD.findall(sentence.casefold()))
