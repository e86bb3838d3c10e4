"""The instruments of General MIDI that pieces are written for."""

from dataclasses import dataclass

DRUMS = "drums"
"""The one part that is not pitched; it plays on MIDI channel 10."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an arranger knows of an instrument; pitches are MIDI note numbers."""

    programs: tuple[int, ...]
    """General MIDI programs that a listener would call by this name."""
    family: str
    low: int
    high: int
    force: float = 0.0
    """How loud its timbre sounds at equal level: a music box -1, a distorted guitar +1."""
    trim_db: float = 0.0
    """Brings it to the level of the others; the mean over three soundfonts, measured."""
    is_a: str | None = None
    """The wider name that is true of it as well."""


INSTRUMENTS: dict[str, Instrument] = {
    "piano": Instrument((0, 1), "keys", 48, 91, trim_db=4),
    "electric piano": Instrument((4, 5), "keys", 45, 84, -0.2, trim_db=-1),
    "harpsichord": Instrument((6,), "keys", 45, 84, trim_db=3),
    "organ": Instrument((16, 17, 18, 19), "organ", 43, 84, 0.4),
    "accordion": Instrument((21,), "organ", 53, 84, 0.2, trim_db=1),
    "music box": Instrument((10,), "mallets", 62, 93, -1.0, trim_db=4),
    "vibraphone": Instrument((11,), "mallets", 55, 88, -0.6, trim_db=1),
    "marimba": Instrument((12,), "mallets", 48, 84, -0.4, trim_db=2),
    "steel drums": Instrument((114,), "mallets", 55, 84, trim_db=4),
    "kalimba": Instrument((108,), "mallets", 57, 86, -0.5, trim_db=4),
    "harp": Instrument((46,), "plucked", 45, 91, -0.6),
    "sitar": Instrument((104,), "plucked", 48, 76, trim_db=4),
    "banjo": Instrument((105,), "plucked", 50, 80, trim_db=2),
    "acoustic guitar": Instrument((24, 25), "guitar", 43, 79, -0.3, trim_db=2),
    "electric guitar": Instrument((26, 27), "guitar", 43, 80, trim_db=2),
    "distorted guitar": Instrument(
        (29, 30), "guitar", 40, 79, 1.0, is_a="electric guitar", trim_db=-1
    ),
    "violin": Instrument((40,), "strings", 57, 93, trim_db=-1),
    "cello": Instrument((42,), "strings", 38, 72, -0.1, trim_db=-1),
    "strings": Instrument((48, 49), "strings", 43, 88, trim_db=3),
    "choir": Instrument((52, 53), "choir", 48, 79, -0.1),
    "trumpet": Instrument((56,), "brass", 55, 82, 0.6, trim_db=-1),
    "trombone": Instrument((57,), "brass", 43, 70, 0.5, trim_db=-4),
    "french horn": Instrument((60,), "brass", 45, 75, 0.2, trim_db=-5),
    "brass section": Instrument((61,), "brass", 48, 80, 0.7, trim_db=1),
    "saxophone": Instrument((64, 65, 66), "woodwind", 50, 80, 0.3, trim_db=-1),
    "oboe": Instrument((68,), "woodwind", 60, 86, trim_db=-2),
    "bassoon": Instrument((70,), "woodwind", 38, 67, trim_db=-2),
    "clarinet": Instrument((71,), "woodwind", 52, 86, -0.1, trim_db=-2),
    "flute": Instrument((73,), "woodwind", 62, 94, -0.3, trim_db=-4),
    "recorder": Instrument((74,), "woodwind", 64, 93, -0.3, trim_db=-5),
    "pan flute": Instrument((75,), "woodwind", 60, 88, -0.4, trim_db=-2),
    "harmonica": Instrument((22,), "woodwind", 60, 84, 0.2),
    "synth lead": Instrument((80, 81), "synth", 50, 86, 0.6, trim_db=-2),
    "synth pad": Instrument((89, 90, 91, 95), "synth", 48, 82, -0.4, trim_db=1),
    "bass guitar": Instrument((33, 34), "bass", 28, 50, trim_db=-1),
    "double bass": Instrument((32,), "bass", 28, 50, -0.2, trim_db=-3),
    "synth bass": Instrument((38, 39), "bass", 28, 50, 0.2, trim_db=-3),
    "tuba": Instrument((58,), "brass", 29, 53, 0.2, trim_db=-4),
}
"""Every pitched instrument by the name a listener would use."""

BASSES = ("bass guitar", "double bass", "synth bass", "tuba")
"""Instruments for the lowest line only."""

MELODIC = tuple(name for name in INSTRUMENTS if name not in BASSES)
"""Instruments that may lead or accompany."""


def into_range(pitch: int, name: str) -> int:
    """Move a pitch by octaves until the instrument can play it.

    >>> into_range(36, "flute")
    72
    """
    instrument = INSTRUMENTS[name]
    if pitch < instrument.low:
        pitch += -(-(instrument.low - pitch) // 12) * 12
    elif pitch > instrument.high:
        pitch -= -(-(pitch - instrument.high) // 12) * 12
    return pitch
