"""The styles: who plays, what the drums do, how chords are broken.

Tempo, touch, density and mode are drawn apart from the style, so that no style stands for one of
them; a style only rules out what nobody would play.
"""

from dataclasses import dataclass
from typing import Literal

from catalogue.facts import Tempo
from catalogue.piece import Mode

Touch = Literal["quiet", "medium", "loud"]
"""How hard the players play."""


@dataclass(frozen=True, slots=True)
class Style:
    """What makes a style recognisable besides its notes."""

    leads: tuple[str, ...]
    companions: tuple[str, ...]
    figures: tuple[str, ...]
    """How the companion breaks chords: names of `figures.FIGURES`."""
    basses: tuple[str, ...] = ()
    walks: tuple[str, ...] = ("roots",)
    """How the bass moves: names of `figures.BASS_LINES`."""
    grooves: tuple[str, ...] = ("pop",)
    """What the drums play: names of `drums.GROOVES`."""
    kit: int = 0
    """General MIDI drum kit."""
    drums: float = 0.5
    """How often there are drums."""
    tempos: tuple[Tempo, ...] = ("slow", "medium", "fast")
    touches: tuple[Touch, ...] = ("quiet", "medium", "loud")
    modes: tuple[Mode, ...] = ("major", "minor")
    swing: float = 0.0
    """How late the second half of a beat comes, in beats: 1/6 is a triplet."""
    sevenths: bool = False


STYLES: dict[str, Style] = {
    "classical": Style(
        (
            "piano",
            "violin",
            "cello",
            "flute",
            "oboe",
            "clarinet",
            "harp",
            "harpsichord",
            "recorder",
        ),
        ("piano", "strings", "harp", "harpsichord", "cello", "bassoon"),
        ("broken", "block", "alberti"),
        grooves=("orchestral",),
        kit=48,
        drums=0.1,
    ),
    "orchestral": Style(
        ("strings", "brass section", "french horn", "trumpet", "choir", "violin", "oboe", "flute"),
        ("strings", "choir", "brass section", "french horn", "organ"),
        ("block", "held", "pulse"),
        ("tuba", "cello"),
        grooves=("orchestral", "march"),
        kit=48,
        drums=0.4,
    ),
    "rock": Style(
        ("distorted guitar", "electric guitar", "organ", "piano", "saxophone", "synth lead"),
        ("electric guitar", "distorted guitar", "piano", "organ"),
        ("pulse", "block", "syncopated"),
        ("bass guitar",),
        ("eighths", "roots"),
        ("rock", "straight"),
        kit=8,
        drums=0.7,
    ),
    "metal": Style(
        ("distorted guitar",),
        ("distorted guitar", "choir", "strings", "organ"),
        ("pulse", "held"),
        ("bass guitar",),
        ("eighths",),
        ("metal", "rock"),
        kit=16,
        drums=0.6,
        touches=("medium", "loud"),
    ),
    "pop": Style(
        ("piano", "electric guitar", "synth lead", "acoustic guitar", "strings", "electric piano"),
        ("piano", "acoustic guitar", "synth pad", "electric piano", "strings"),
        ("block", "broken", "pulse", "syncopated"),
        ("bass guitar", "synth bass"),
        ("roots", "eighths", "fifths"),
        ("pop", "straight", "disco"),
        drums=0.6,
    ),
    "jazz": Style(
        ("saxophone", "trumpet", "piano", "vibraphone", "clarinet", "trombone", "electric guitar"),
        ("piano", "electric guitar", "vibraphone", "organ"),
        ("comping", "block"),
        ("double bass",),
        ("walking",),
        ("swing",),
        kit=32,
        drums=0.7,
        swing=1 / 6,
        sevenths=True,
    ),
    "blues": Style(
        ("electric guitar", "harmonica", "piano", "saxophone", "organ"),
        ("piano", "electric guitar", "organ", "acoustic guitar"),
        ("comping", "pulse", "stride"),
        ("bass guitar", "double bass"),
        ("walking", "fifths"),
        ("shuffle",),
        drums=0.65,
        swing=1 / 6,
        sevenths=True,
    ),
    "electronic": Style(
        ("synth lead", "synth pad", "electric piano", "marimba", "organ"),
        ("synth pad", "synth lead", "strings", "choir"),
        ("pulse", "held", "syncopated", "broken"),
        ("synth bass",),
        ("eighths", "offbeats"),
        ("house", "electro"),
        kit=24,
        drums=0.7,
    ),
    "hip hop": Style(
        ("electric piano", "piano", "flute", "synth lead", "strings", "vibraphone", "harp"),
        ("electric piano", "synth pad", "strings", "piano"),
        ("block", "held", "syncopated"),
        ("synth bass", "bass guitar"),
        ("syncopated", "roots"),
        ("boom bap",),
        kit=25,
        drums=0.6,
        tempos=("slow", "medium"),
    ),
    "ambient": Style(
        (
            "synth pad",
            "piano",
            "harp",
            "choir",
            "vibraphone",
            "flute",
            "electric guitar",
            "pan flute",
        ),
        ("synth pad", "strings", "choir"),
        ("held",),
        grooves=("light percussion",),
        drums=0.15,
        tempos=("slow", "medium"),
        touches=("quiet", "medium"),
    ),
    "bossa nova": Style(
        ("acoustic guitar", "flute", "piano", "saxophone", "vibraphone", "trombone"),
        ("acoustic guitar", "piano", "electric piano"),
        ("bossa",),
        ("double bass",),
        ("fifths",),
        ("bossa",),
        drums=0.6,
        touches=("quiet", "medium"),
        sevenths=True,
    ),
    "funk": Style(
        ("electric guitar", "brass section", "saxophone", "organ", "trumpet", "electric piano"),
        ("electric guitar", "electric piano", "organ", "brass section"),
        ("syncopated", "stabs"),
        ("bass guitar", "synth bass"),
        ("syncopated", "octaves"),
        ("funk", "disco"),
        drums=0.7,
        touches=("medium", "loud"),
        sevenths=True,
    ),
    "country": Style(
        ("banjo", "violin", "harmonica", "acoustic guitar", "electric guitar", "piano"),
        ("acoustic guitar", "banjo", "piano"),
        ("stride", "broken", "pulse"),
        ("double bass", "bass guitar"),
        ("fifths",),
        ("train", "straight"),
        drums=0.6,
    ),
    "folk": Style(
        (
            "acoustic guitar",
            "accordion",
            "flute",
            "violin",
            "harmonica",
            "recorder",
            "banjo",
            "harp",
        ),
        ("acoustic guitar", "accordion", "harp", "banjo"),
        ("broken", "stride", "block"),
        ("double bass",),
        ("fifths", "roots"),
        ("hand drums", "light percussion"),
        drums=0.35,
    ),
    "reggae": Style(
        (
            "organ",
            "trombone",
            "saxophone",
            "harmonica",
            "trumpet",
            "electric guitar",
            "steel drums",
        ),
        ("electric guitar", "organ", "piano"),
        ("offbeats",),
        ("bass guitar",),
        ("syncopated", "roots"),
        ("one drop", "steppers"),
        drums=0.6,
        tempos=("slow", "medium"),
    ),
    "latin": Style(
        ("trumpet", "piano", "flute", "brass section", "acoustic guitar", "marimba", "steel drums"),
        ("piano", "acoustic guitar", "brass section", "marimba"),
        ("montuno", "stabs"),
        ("double bass", "bass guitar"),
        ("tumbao", "fifths"),
        ("salsa", "samba"),
        drums=0.7,
    ),
    "march": Style(
        ("trumpet", "brass section", "trombone", "clarinet", "flute", "french horn"),
        ("brass section", "french horn", "trombone"),
        ("stride", "block"),
        ("tuba",),
        ("fifths",),
        ("march",),
        kit=48,
        drums=0.6,
        tempos=("medium", "fast"),
        touches=("medium", "loud"),
    ),
    "lullaby": Style(
        (
            "music box",
            "piano",
            "kalimba",
            "harp",
            "vibraphone",
            "flute",
            "acoustic guitar",
            "cello",
        ),
        ("piano", "harp", "acoustic guitar", "music box", "strings"),
        ("broken", "held", "block"),
        drums=0.0,
        tempos=("slow", "medium"),
        touches=("quiet", "medium"),
    ),
    "ragtime": Style(
        ("piano", "banjo", "clarinet", "accordion"),
        ("piano", "banjo"),
        ("stride",),
        ("tuba", "double bass"),
        ("fifths",),
        ("train", "straight"),
        drums=0.3,
        modes=("major", "major", "minor"),
    ),
    "world": Style(
        ("sitar", "pan flute", "kalimba", "marimba", "steel drums", "flute", "accordion"),
        ("sitar", "marimba", "kalimba", "acoustic guitar", "synth pad"),
        ("broken", "held", "pulse"),
        ("double bass",),
        ("roots", "fifths"),
        ("hand drums",),
        drums=0.6,
    ),
}
"""Every style by name; the name is also the genre in the tags."""
