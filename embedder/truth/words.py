"""The words that each attribute of music goes by, the plainest first."""


def _phrases(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        name: (name, *(word for word in rest.split("|") if word)) for name, rest in table.items()
    }


INSTRUMENTS = _phrases(
    {
        "piano": "grand piano|pianist|pianos",
        "electric piano": "rhodes|e-piano|electric keyboard",
        "harpsichord": "cembalo",
        "organ": "hammond organ|church organ|pipe organ",
        "accordion": "concertina|squeezebox",
        "harmonica": "mouth organ|blues harp",
        "keys": "keyboard|keyboards|keyboard instruments",
        "guitar": "guitars|guitarist|strummed guitar",
        "acoustic guitar": "nylon guitar|fingerpicked guitar|classical guitar|steel guitar",
        "electric guitar": "e-guitar|clean electric guitar|electric guitars",
        "distorted guitar": "distorted electric guitar|overdriven guitar|guitar riffs|distortion",
        "bass": "bass line|bassline|basses",
        "bass guitar": "electric bass|fretless bass",
        "double bass": "upright bass|contrabass|acoustic bass",
        "synth bass": "synthesizer bass|bass synth",
        "violin": "violins|fiddle|violinist",
        "cello": "cellos|violoncello",
        "harp": "harps|harpist",
        "strings": "string section|bowed strings|string instruments|string orchestra",
        "choir": "choral|choral singing|choir voices",
        "trumpet": "trumpets|trumpeter",
        "trombone": "trombones",
        "tuba": "tubas",
        "french horn": "french horns|horn",
        "brass": "brass band|horns|brass instruments|horn section",
        "brass section": "brass ensemble",
        "saxophone": "sax|saxophones|saxophonist",
        "oboe": "oboes",
        "bassoon": "bassoons",
        "clarinet": "clarinets",
        "flute": "flutes|flautist",
        "recorder": "recorders",
        "pan flute": "pan pipes",
        "woodwind": "woodwinds|wind instruments|winds",
        "synth": "synthesizer|synthesiser|synths",
        "synth lead": "lead synth",
        "synth pad": "pads|synth pads",
        "vibraphone": "vibes",
        "marimba": "marimbas",
        "music box": "musical box",
        "mallets": "mallet instruments|mallet percussion",
        "banjo": "banjos",
        "sitar": "",
        "kalimba": "thumb piano",
        "steel drums": "steelpan",
    }
)
"""What can be heard playing: single instruments and their families."""

STYLES = _phrases(
    {
        "classical": "classical music|baroque|chamber music",
        "orchestral": "orchestra|symphonic|film music|orchestral music|cinematic",
        "rock": "rock music|rock band|hard rock|punk",
        "metal": "heavy metal|thrash metal",
        "pop": "pop music|pop song",
        "jazz": "jazzy|swing|bebop",
        "blues": "bluesy",
        "electronic": "electronic music|techno|edm|electro|club music",
        "hip hop": "hip-hop|rap|trap|boom bap",
        "ambient": "atmospheric|drone|new age|soundscape",
        "bossa nova": "samba",
        "latin": "latin music|salsa",
        "funk": "funky|disco|groovy",
        "country": "country music|bluegrass",
        "folk": "folk music|folk song|traditional",
        "reggae": "dub|ska",
        "march": "marching music|marching band",
        "lullaby": "lullabies|cradle song",
        "ragtime": "ragtime piano|rag",
        "world": "world music|ethnic",
    }
)
"""What it would be filed under."""

QUALITIES = _phrases(
    {
        "drums": "drum|drum kit|drumming|drum beat|percussion|drummer|beats|rhythm section",
        "acoustic": "unplugged|acoustic instruments",
        "ensemble": "band|full band|many instruments",
        "vocals": "vocal|singing|singer|vocalist|voice|woman singing|man singing|female vocals"
        "|male vocals|female voice|male voice",
        "solo": "unaccompanied|single instrument|soloist",
        "fast": "faster|fast tempo|quick|rapid|brisk|fast-paced|speedy|uptempo|up-tempo|high tempo",
        "slow": "slower|slow tempo|slowly|unhurried|slow-paced|leisurely|downtempo|low tempo",
        "medium tempo": "mid-tempo|moderate tempo|walking pace",
        "energetic": "high energy|lively|exciting|intense|driving|powerful|vigorous|full of energy"
        "|more energy|workout|upbeat|party|hype|active",
        "calm": "calmer|relaxing|relaxed|peaceful|gentle|soothing|mellow|laid-back|tranquil|serene"
        "|chill|meditative|sleep|study|focus|low energy|calming",
        "loud": "louder|noisy|at full volume|heavy|forceful|blaring",
        "quiet": "quieter|soft|softer|softly|hushed|delicate",
        "happy": "happier|joyful|sunny|fun|playful|feel-good|merry|bright|uplifting",
        "sad": "sadder|sorrowful|mournful|heartbroken|downhearted|sorrow|somber|lonely",
        "tense": "dark|aggressive|angry|ominous|menacing|dramatic|nervous",
        "tender": "warm|sweet|romantic|dreamy|intimate|loving",
        "major": "major key|in a major key",
        "minor": "minor key|in a minor key",
        "busy": "dense|many notes|virtuosic|complex",
        "sparse": "simple|minimalist|few notes|spacious",
    }
)
"""What it is like."""

WORDS = INSTRUMENTS | STYLES | QUALITIES
"""Attribute -> its words, of which the first is its name."""

KINDS = {
    "instrument": tuple(INSTRUMENTS),
    "style": tuple(STYLES),
    "drums": ("drums",),
    "tempo": ("fast", "slow"),
    "energy": ("energetic", "calm"),
    "loudness": ("loud", "quiet"),
    "mood": ("happy", "sad", "tense", "tender"),
    "mode": ("major", "minor"),
    "density": ("busy", "sparse"),
}
"""Attributes by what they are about, as figures are reported."""
