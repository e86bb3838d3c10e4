"""Facts -> captions: the words people use for what they hear."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedder.truth.clips import Facts, Heard, Known
from embedder.truth.words import INSTRUMENTS, QUALITIES, STYLES, WORDS

OPPOSITE = -0.5
"""Truth of "fast" for a slow clip: further away than a clip that is neither."""

UNHEARD = 0.5
"""Truth of a quality that a tagger has no opinion on: neither taught nor ruled out."""

PRESENT = 0.65
"""An attribute as true as this may be named in a caption."""

ELECTRIC = frozenset({"bass guitar"}) | {
    name for name in INSTRUMENTS if "electric" in name or "synth" in name or "distorted" in name
}
"""Instruments that need a plug."""

ENSEMBLE = 4
"""Players, the drummer counted, from which on a group is large."""

ADJECTIVE_FRAMES = (
    *("{}",) * 5,
    "{} music",
    "something {}",
    "a {} song",
    "{} songs",
    "some {} music",
    "a {} piece",
    "music that is {}",
    "very {}",
)
"""How qualities are asked for; bare words are the most frequent."""

NOUN_FRAMES = (
    *("{}",) * 5,
    "music with {}",
    "something with {}",
    "a song featuring {}",
    "{} music",
    "{} playing",
    "the sound of {}",
)
"""How instruments are asked for."""

JOINT_FRAMES = (
    "{quality} music with {thing}",
    "{quality} with {thing}",
    "something {quality} with {thing}",
    "{quality} {thing}",
    "a {quality} song featuring {thing}",
)
"""How both are asked for at once."""

JOINTS = (" and ", " and ", ", ", " ")
"""Between two qualities."""

AMBIGUOUS = frozenset({"organ"})
"""Families that go by the name of one of their instruments: an accordion is no organ."""

SIZES = {1: 0.6, 2: 0.32, 3: 0.08}
"""How many attributes a caption names, and how often."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, and the attributes a clip must have for it to be true."""

    text: str
    attributes: tuple[str, ...]
    degrees: tuple[float, ...] = ()
    """How much each of them matters, from 0 to 1; empty where all matter fully."""


def truth_of(known: Known) -> dict[str, float]:
    """Say how true each attribute is of a clip: 1 yes, 0 no, `OPPOSITE` for its contrary.

    An attribute that is missing is 0. What a tagger heard lies in between.
    """
    if isinstance(known, Heard):
        return dict.fromkeys(QUALITIES, UNHEARD) | dict(known.degrees)
    return _truth_of_facts(known)


def _truth_of_facts(facts: Facts) -> dict[str, float]:
    things = facts.instruments | (facts.families - AMBIGUOUS)
    truth = {name: 1.0 for name in sorted(things | {facts.style, facts.density}) if name in WORDS}
    truth |= _poles(facts.tempo, "slow", "fast", middle="medium tempo")
    truth |= _poles(facts.loudness, "quiet", "loud")
    truth |= _poles({"low": "calm", "high": "energetic"}.get(facts.energy, ""), "calm", "energetic")
    truth |= _poles(facts.mood, "sad", "happy") | _poles(facts.mood, "tender", "tense")
    truth |= _poles(facts.mode, "minor", "major")
    truth |= _poles(facts.density, "sparse", "busy")
    if facts.drums:
        truth["drums"] = 1.0
    if not facts.instruments & ELECTRIC:
        truth["acoustic"] = 1.0
    if len(facts.instruments) + facts.drums >= ENSEMBLE:
        truth["ensemble"] = 1.0
    if len(facts.instruments) == 1 and not facts.drums:
        truth["solo"] = 1.0
    return truth


def truth_matrix(facts: Iterable[Known], attributes: Sequence[str]) -> np.ndarray:
    """Return `truth_of` as rows, (n_clips, n_attributes) float32."""
    truths = [truth_of(one) for one in facts]
    rows = [[truth.get(name, 0.0) for name in attributes] for truth in truths]
    return np.array(rows, dtype=np.float32)


def bare_captions(attributes: Iterable[str]) -> list[Caption]:
    """Return every single word and phrase for each attribute, as a query would name it."""
    return [Caption(word, (name,)) for name in attributes for word in WORDS[name]]


def caption_for(
    truth: Mapping[str, float], known: frozenset[str], rng: np.random.Generator
) -> Caption:
    """Draw a caption that is true of a clip, naming one to three of its `known` attributes.

    Of a clip that nothing is certain of, it names what is most likely.
    """
    present = [name for name, value in truth.items() if value >= PRESENT and name in known]
    present = present or [max(known & truth.keys(), key=lambda name: (truth[name], name))]
    size = min(len(present), int(rng.choice(list(SIZES), p=list(SIZES.values()))))
    chosen = tuple(str(name) for name in rng.choice(present, size=size, replace=False))
    words = {name: str(rng.choice(WORDS[name])) for name in chosen}
    things = [word for name, word in words.items() if name in THINGS]
    qualities = [word for name, word in words.items() if name not in THINGS]
    return Caption(_sentence(qualities, things, rng), chosen)


THINGS = frozenset(INSTRUMENTS) | {"drums", "vocals"}
"""Attributes that music has, where the others are what it is."""

STYLE_NAMES = frozenset(STYLES)
"""Attributes that name a style."""


def _poles(value: str, low: str, high: str, middle: str = "") -> dict[str, float]:
    if value == low:
        return {low: 1.0, high: OPPOSITE}
    if value == high:
        return {high: 1.0, low: OPPOSITE}
    return {middle: 1.0} if middle and value == "medium" else {}


def _sentence(qualities: list[str], things: list[str], rng: np.random.Generator) -> str:
    quality = str(rng.choice(JOINTS)).join(qualities)
    thing = " and ".join(things)
    if qualities and things:
        return str(rng.choice(JOINT_FRAMES)).format(quality=quality, thing=thing)
    return str(rng.choice(ADJECTIVE_FRAMES if qualities else NOUN_FRAMES)).format(quality or thing)
