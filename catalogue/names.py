"""Made-up titles and artists."""

from dataclasses import dataclass

import numpy as np

from catalogue.chance import pick

ARTISTS: dict[str, tuple[str, ...]] = {
    "Ada Fenwick": ("classical", "lullaby"),
    "Quartet Lindenau": ("classical",),
    "Tobias Marren": ("classical", "ambient"),
    "The Harrow Players": ("classical", "orchestral"),
    "Oriel Vance": ("classical", "ragtime"),
    "Camerata Aldermoor": ("classical", "orchestral"),
    "Norrland Philharmonic": ("orchestral",),
    "Sinfonia Belvoir": ("orchestral", "march"),
    "Ilse Carrow": ("orchestral", "ambient"),
    "Red Quarry": ("rock",),
    "The Paper Wolves": ("rock", "blues"),
    "Static Orchard": ("rock", "pop"),
    "Low Meridian": ("rock", "metal"),
    "Ironwake": ("metal",),
    "Thornvault": ("metal",),
    "Grey Basilica": ("metal", "orchestral"),
    "June Halloway": ("pop",),
    "Velvet Telegram": ("pop", "electronic"),
    "Marlow & Finch": ("pop", "folk"),
    "The Sunday Atlas": ("pop", "rock"),
    "Delphine Okoro Trio": ("jazz",),
    "Blue Ladder": ("jazz", "blues"),
    "Emmett Rowe": ("jazz", "bossa nova"),
    "The Late Ferry Five": ("jazz", "ragtime"),
    "Silas Bright": ("blues",),
    "Dockside Mabel": ("blues", "country"),
    "Cotton & Rust": ("blues",),
    "Neon Harbor": ("electronic",),
    "Kilohertz Garden": ("electronic", "ambient"),
    "Prism Relay": ("electronic",),
    "Mono Lagoon": ("electronic", "funk"),
    "Crate Nine": ("hip hop",),
    "Pelham Sound": ("hip hop", "funk"),
    "Lantern Tapes": ("hip hop",),
    "Still Estuary": ("ambient",),
    "Aurelia Moss": ("ambient", "lullaby"),
    "Far Lighthouse": ("ambient",),
    "Marisol Duarte": ("bossa nova",),
    "Praia Pequena": ("bossa nova", "latin"),
    "Otto Bellini Group": ("bossa nova", "jazz"),
    "The Brass Tacks": ("funk",),
    "Sugar Velocity": ("funk", "pop"),
    "Uptown Gears": ("funk",),
    "Clementine Rye": ("country", "folk"),
    "The Dry Creek Boys": ("country",),
    "Wagon & Wire": ("country",),
    "Hollis Thorne": ("folk",),
    "The Heather Lads": ("folk", "march"),
    "Maeve Sorley": ("folk", "lullaby"),
    "Three Stiles": ("folk",),
    "Harbour Roots": ("reggae",),
    "Cedar Dubplate": ("reggae", "hip hop"),
    "Island Telegraph": ("reggae",),
    "Orquesta Miravel": ("latin",),
    "Sol y Cobre": ("latin",),
    "Banda del Puerto": ("latin", "march"),
    "Grenadier Silver Band": ("march",),
    "Penny Nightingale": ("lullaby",),
    "The Moth and Lamp": ("lullaby", "world"),
    "Parlour Rag Company": ("ragtime",),
    "Ivory & Tin": ("ragtime", "country"),
    "Tamarind Court": ("world",),
    "Desert Almanac": ("world", "ambient"),
    "Nine Rivers Ensemble": ("world", "folk"),
}
"""Artists with the styles that they play."""

FIRST_WORDS = (
    "Amber", "April", "Autumn", "Blue", "Borrowed", "Bright", "Broken", "Copper", "Crystal",
    "Distant", "Early", "Emerald", "Empty", "Endless", "Evening", "Fading", "Feather", "First",
    "Folded", "Forgotten", "Garden", "Gilded", "Glass", "Golden", "Harbour", "Hidden", "Hollow",
    "Indigo", "Ivory", "Juniper", "Last", "Linen", "Little", "Long", "Lunar", "Marble", "Midnight",
    "Mirror", "Morning", "Northern", "Open", "Orchard", "Painted", "Paper", "Pearl", "Quartz",
    "Rainy", "River", "Rolling", "Saffron", "Salt", "Scarlet", "Second", "Secret", "Seven",
    "Silver", "Sleeping", "Snowy", "Southern", "Summer", "Tidal", "Twin", "Velvet", "Violet",
    "Wandering", "Western", "White", "Wild", "Winter", "Wooden",
)  # fmt: skip
"""First half of a title; none of them says how a piece sounds."""

LAST_WORDS = (
    "Almanac", "Arches", "Atlas", "Avenue", "Bay", "Bridge", "Candle", "Canyon", "Carousel",
    "Cathedral", "Cinema", "Clocks", "Compass", "Corridor", "Courtyard", "Crossing", "Dunes",
    "Embers", "Fable", "Ferry", "Field", "Fountain", "Gate", "Harvest", "Hill", "Horizon",
    "Island", "Kite", "Lake", "Lantern", "Letter", "Library", "Lighthouse", "Map", "Meadow",
    "Mill", "Moon", "Museum", "Observatory", "Parade", "Passage", "Pavilion", "Pier", "Planet",
    "Postcard", "Procession", "Promise", "Rooftops", "Sail", "Shore", "Sky", "Staircase",
    "Station", "Stones", "Swallow", "Telescope", "Terrace", "Theatre", "Tide", "Tower", "Train",
    "Valley", "Voyage", "Window",
)  # fmt: skip
"""Second half of a title."""

FIRST_YEAR, LAST_YEAR = 1968, 2024
"""When albums are said to have appeared."""


@dataclass(frozen=True, slots=True)
class Name:
    """What stands on the sleeve."""

    title: str
    artist: str
    album: str
    year: int | None


def draw_names(styles: list[str], rng: np.random.Generator) -> list[Name]:
    """Name one piece for each style given; no title comes twice."""
    titles = [f"{first} {last}" for first in FIRST_WORDS for last in LAST_WORDS]
    titles = [titles[i] for i in rng.permutation(len(titles))]
    albums = {artist: _albums(titles, rng) for artist in ARTISTS}
    names = []
    for style in styles:
        artist = pick(rng, [artist for artist, played in ARTISTS.items() if style in played])
        album, year = pick(rng, albums[artist])
        names.append(Name(titles.pop(), artist, album, year))
    return names


def _albums(titles: list[str], rng: np.random.Generator) -> list[tuple[str, int | None]]:
    """Draw three albums; one artist in ten never wrote the years down."""
    first = int(rng.integers(FIRST_YEAR, LAST_YEAR - 5))
    dated = rng.random() < 0.9
    return [(titles.pop(), first + 3 * i if dated else None) for i in range(3)]
