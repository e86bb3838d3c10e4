"""A brief: what a piece is to be like, drawn before a note of it is written."""

from dataclasses import dataclass
from typing import get_args

import numpy as np

from catalogue.chance import between, granted, happens, pick
from catalogue.facts import Density, Tempo
from catalogue.instruments import INSTRUMENTS, MELODIC
from catalogue.piece import SECONDS, Mode
from catalogue.styles import STYLES, Style, Touch

TEMPOS: tuple[Tempo, ...] = get_args(Tempo)
TOUCHES: tuple[Touch, ...] = get_args(Touch)
DENSITIES: tuple[Density, ...] = get_args(Density)

BPM: dict[Tempo, tuple[float, float]] = {
    "slow": (54, 80),
    "medium": (90, 118),
    "fast": (130, 172),
}
"""Tempi to draw from; the gaps keep a piece from being slow to one listener and medium to another.
"""

VELOCITY: dict[Touch, tuple[float, float]] = {
    "quiet": (36, 54),
    "medium": (68, 90),
    "loud": (104, 122),
}
"""How hard keys are pressed."""

ONSET_RATE: dict[Density, tuple[float, float]] = {
    "sparse": (1.0, 1.9),
    "medium": (2.8, 4.2),
    "busy": (6.0, 9.0),
}
"""Onsets a second that the melody aims at."""

STRANGERS = 0.2
"""How often the lead is none of the style's own, so that instruments do not give styles away."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What must be true of a brief; whatever is None is left to chance."""

    style: str | None = None
    tempo: Tempo | None = None
    touch: Touch | None = None
    density: Density | None = None
    mode: Mode | None = None
    drums: bool | None = None
    leads: tuple[str, ...] | None = None
    calm_company: bool = False
    """Companions that do not sound loud by themselves."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a piece is to be like."""

    style: str
    bpm: float
    velocity: float
    density: Density
    mode: Mode
    drums: bool
    lead: str
    companion: str | None
    bass: str | None
    onset_rate: float
    """Melody onsets a second to aim at."""

    @property
    def beats(self) -> float:
        """How many beats the piece lasts."""
        return SECONDS * self.bpm / 60

    @property
    def notes_per_beat(self) -> float:
        """Melody notes a beat; bounded, so that the beat stays the one that is tapped."""
        return float(np.clip(self.onset_rate * 60 / self.bpm, 0.45, 3.6))


def draw_brief(rng: np.random.Generator, wish: Wish = Wish()) -> Brief:
    """Draw a brief in which `wish` is true and the rest is as independent as music allows."""
    wished = STYLES.get(wish.style or "")
    tempo = granted(wish.tempo, pick(rng, wished.tempos if wished else TEMPOS))
    touch = granted(wish.touch, pick(rng, wished.touches if wished else TOUCHES))
    style_name = pick(rng, [wish.style] if wish.style else _styles(tempo, touch, wish))
    style = STYLES[style_name]
    density = granted(wish.density, pick(rng, DENSITIES))
    drums = granted(wish.drums, happens(rng, style.drums))
    lead = _lead(rng, style, wish)
    return Brief(
        style=style_name,
        bpm=round(between(rng, *BPM[tempo]), 1),
        velocity=between(rng, *VELOCITY[touch]),
        density=density,
        mode=granted(wish.mode, pick(rng, style.modes)),
        drums=drums,
        lead=lead,
        companion=_companion(rng, style, lead, wish),
        bass=_bass(rng, style, drums=drums),
        onset_rate=between(rng, *ONSET_RATE[density]),
    )


def _styles(tempo: Tempo, touch: Touch, wish: Wish) -> list[str]:
    """Return the styles that go with what was drawn before them, so that style decides nothing."""
    return [
        name
        for name, style in STYLES.items()
        if tempo in style.tempos
        and touch in style.touches
        and (style.drums > 0 or not wish.drums)
        and (wish.leads is None or set(wish.leads) & set(style.leads))
    ]


def _lead(rng: np.random.Generator, style: Style, wish: Wish) -> str:
    if wish.leads:
        return pick(rng, [name for name in wish.leads if name in style.leads])
    return pick(rng, MELODIC if happens(rng, STRANGERS) else style.leads)


def _companion(rng: np.random.Generator, style: Style, lead: str, wish: Wish) -> str | None:
    options = [
        name
        for name in style.companions
        if name != lead and (INSTRUMENTS[name].force <= 0 or not wish.calm_company)
    ]
    alone = happens(rng, 0.15 if style.basses else 0.3)
    return pick(rng, options) if options and not alone else None


def _bass(rng: np.random.Generator, style: Style, *, drums: bool) -> str | None:
    return pick(rng, style.basses) if style.basses and happens(rng, 0.8 if drums else 0.4) else None
