"""A study -> what the template shows: names, numbers and places, nothing to be computed there."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from embedder.evaluation.figures import Figures
from embedder.evaluation.labelled import UNSEEN_KIND
from embedder.evaluation.page.projection import neighbours_agree, places_of
from embedder.evaluation.page.sounds import data_uri
from embedder.evaluation.recordings import ALL, RecordingsStudy
from embedder.evaluation.resampling import Figure
from embedder.evaluation.retrieval import Chance, Retrieval
from embedder.evaluation.study import Study
from embedder.truth.clips import Facts

View = dict[str, Any]

KIND_NAMES: Mapping[str, str] = {
    "instrument": "Instruments",
    "style": "Styles",
    "drums": "Drums",
    "tempo": "Tempo",
    "energy": "Energy",
    "loudness": "Loudness",
    "mood": "Mood",
    "mode": "Major and minor",
    "density": "Density",
    UNSEEN_KIND: "Words never trained on",
}
"""How kinds are called on the page."""

FACETS: Mapping[str, Callable[[Facts], str]] = {
    "Style": lambda facts: facts.style,
    "Drums": lambda facts: "drums" if facts.drums else "no drums",
    "Tempo": lambda facts: facts.tempo,
    "Energy": lambda facts: facts.energy,
    "Mood": lambda facts: facts.mood,
}
"""What the map can be coloured by."""

ORDERED = ("slow", "low", "medium", "fast", "high", "no drums", "drums")
"""Values that have an order keep it; others are sorted by name."""

LOWEST_AUC = 0.3
"""Left end of the axis of areas: a little below chance."""


def view_of(study: Study, recordings: RecordingsStudy | None, measured_on: date) -> View:
    """Return everything the template names."""
    return {
        "space": study.space.name,
        "hash": study.space.hash,
        "measured_on": measured_on.isoformat(),
        "pieces": len(study.pieces),
        "works": len(set(study.labelled.works)),
        "resamples": study.options.resamples,
        "seed": study.options.seed,
        "tiles": _tiles(study),
        "beside": list(study.beside),
        "ticks": [_tick(value) for value in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)],
        "kinds": [_kind(study, kind) for kind in study.figures.tagging.auc.kinds],
        "map": _map(study),
        "retrieval": _retrievals(study),
        "triplets": _triplets(study),
        "calibration": _calibration(study),
        "failures": _failures(study),
        "recordings": None if recordings is None else _recordings(recordings),
    }


def _tiles(study: Study) -> list[View]:
    auc, gap, speed = study.figures.tagging.auc.kinds, study.gap, study.speed
    retrieval = study.figures.retrieval
    tiles = [
        ("Instruments", "instrument"),
        ("Words never trained on", UNSEEN_KIND),
    ]
    shown = [
        {"name": name, "value": _score(auc[kind].value), "about": "area under the curve"}
        for name, kind in tiles
        if kind in auc
    ]
    return [
        *shown,
        {
            "name": "Text to music",
            "value": _score(retrieval.mean_average_precision.value),
            "about": f"mean average precision, {retrieval.pool} pieces",
        },
        {
            "name": "A clip, a new text",
            "value": f"{speed.clip_ms:.0f}, {speed.text_ms:.0f} ms",
            "about": "medians on one core",
        },
        {
            "name": "Modality gap",
            "value": f"{gap.before:.2f} to {gap.after:.2f}",
            "about": "before and after centring",
        },
    ]


def _kind(study: Study, kind: str) -> View:
    areas = study.figures.tagging.auc
    words = [word for word in study.labelled.kinds[kind] if word in areas.words]
    words.sort(key=lambda word: -areas.words[word].value)
    matches = {query.word: int(query.matches.sum()) for query in study.labelled.queries}
    probe = study.probe.kinds.get(kind)
    return {
        "name": KIND_NAMES.get(kind, kind),
        "bar": _bar(areas.kinds[kind]),
        "probe": None if probe is None else _mark("linear probe", probe),
        "marks": [
            _mark(name, other.figures.tagging.auc.kinds[kind])
            for name, other in study.beside.items()
            if kind in other.figures.tagging.auc.kinds
        ],
        "words": [
            {"name": word, "matches": matches[word], "bar": _bar(areas.words[word])}
            for word in words
        ],
    }


def _map(study: Study) -> View:
    centred = study.space.centred_audio(study.vectors)
    places = places_of(centred, study.options.seed)
    facets = []
    values: dict[str, list[int]] = {}
    for name, value_of in FACETS.items():
        of_piece = [value_of(piece.facts) for piece in study.pieces]
        order = sorted(set(of_piece), key=_order)
        agree, by_chance = neighbours_agree(centred, of_piece)
        facets.append(
            {
                "name": name,
                "values": [{"name": one, "count": of_piece.count(one)} for one in order],
                "agree": f"{agree:.0%}",
                "chance": f"{by_chance:.0%}",
            }
        )
        values[name] = [order.index(one) for one in of_piece]
    points = [
        {
            "x": round(float(x), 4),
            "y": round(float(y), 4),
            "title": piece.title,
            "about": _about(piece.facts),
            "values": [values[name][row] for name in FACETS],
        }
        for row, (piece, (x, y)) in enumerate(zip(study.pieces, places, strict=True))
    ]
    return {"facets": facets, "points": points}


def _retrievals(study: Study) -> list[View]:
    rows: list[tuple[str, str, Callable[[Figures], Retrieval]]] = [
        (
            "Short captions",
            "one to three facts; every piece they are true of is relevant",
            lambda figures: figures.retrieval,
        ),
        (
            "Full descriptions",
            "everything that is known of a piece; nearly always that piece alone is relevant",
            lambda figures: figures.retrieval_described,
        ),
        (
            "Halves of a piece",
            "music as the query: the first half looks for the second",
            lambda figures: figures.music_to_music,
        ),
    ]
    return [
        {
            "name": name,
            "about": about,
            "queries": which(study.figures).queries,
            "pool": which(study.figures).pool,
            "rows": [
                {"name": study.space.name, "cells": _cells(which(study.figures))},
                *(
                    {"name": other, "cells": _cells(which(beside.figures))}
                    for other, beside in study.beside.items()
                ),
                {"name": "chance", "cells": _chance_cells(which(study.figures).chance)},
            ],
        }
        for name, about, which in rows
    ]


def _cells(retrieval: Retrieval) -> list[View]:
    areas = (retrieval.mean_average_precision, *retrieval.recall)
    cells = [{"value": _score(one.value), "ci": _range(one)} for one in areas]
    rank = retrieval.median_rank
    return [*cells, {"value": f"{rank.value:g}", "ci": f"{rank.low:.3g} to {rank.high:.3g}"}]


def _chance_cells(chance: Chance) -> list[View]:
    values = [_score(one) for one in (chance.mean_average_precision, *chance.recall)]
    return [{"value": value, "ci": ""} for value in (*values, f"{chance.median_rank:.3g}")]


def _triplets(study: Study) -> list[View]:
    about = {
        "words": "a word, its synonym, a word of the same kind; the words were trained on",
        "captions": "two wordings of the same facts, a caption of other facts",
        "unseen": "a text never trained on, what it means, the contrary of that",
    }
    subjects = {study.space.name: study.figures} | {
        name: one.figures for name, one in study.beside.items()
    }
    return [
        {
            "name": name,
            "about": about[name],
            "count": one.triplets,
            "rows": [
                {
                    "name": subject,
                    "value": _score(figures.triplets[name].accuracy.value),
                    "ci": _range(figures.triplets[name].accuracy),
                }
                for subject, figures in subjects.items()
            ],
        }
        for name, one in study.figures.triplets.items()
    ]


def _calibration(study: Study) -> View | None:
    if study.reliability is None:
        return None
    return {
        "words": study.reliability.words,
        "error": f"{study.reliability.error:.3f}",
        "bins": [
            {
                "said": round(one.said, 4),
                "true": round(one.true, 4),
                "radius": round(2.2 + 5 * math.sqrt(one.weight), 2),
                "text": f"said {one.said:.2f}, true {one.true:.2f}, {one.weight:.0%} of the cases",
            }
            for one in study.reliability.bins
        ],
    }


def _failures(study: Study) -> list[View]:
    return [
        {
            "word": failure.word,
            "rank": failure.rank,
            "matches": failure.matches,
            "title": study.pieces[failure.row].title,
            "about": _about(study.pieces[failure.row].facts),
            "sound": data_uri(study.pieces[failure.row].path),
        }
        for failure in study.failures
    ]


def _recordings(study: RecordingsStudy) -> View:
    (space, first), *others = study.subjects.items()
    kinds = {ALL: "All queries", "sound": "What sounds", "mood": "Mood, a matter of opinion"}
    queries = sorted(first.auc.words.items(), key=lambda item: -item[1].value)
    return {
        "recordings": study.recordings,
        "windows": study.windows,
        "space": space,
        "kinds": [
            {
                "name": kinds.get(kind, kind),
                "bar": _bar(figure),
                "probe": None,
                "marks": [_mark(name, one.auc.kinds[kind]) for name, one in others],
                "words": [],
            }
            for kind, figure in first.auc.kinds.items()
        ],
        "queries": [{"name": query, "bar": _bar(figure)} for query, figure in queries],
    }


def _bar(figure: Figure) -> View:
    low, high = (
        (figure.low, figure.high) if math.isfinite(figure.low) else (figure.value, figure.value)
    )
    return {
        "value": _score(figure.value),
        "range": _range(figure),
        "at": _place(figure.value),
        "from": _place(low),
        "width": round(_place(high) - _place(low), 2),
    }


def _mark(name: str, figure: Figure) -> View:
    return {"name": name, "value": _score(figure.value), "at": _place(figure.value)}


def _tick(value: float) -> View:
    return {"name": _score(value, 1), "at": _place(value), "chance": value == 0.5}


def _place(area: float) -> float:
    """Return where an area lies on its axis, in percent."""
    return round(100 * min(max((area - LOWEST_AUC) / (1 - LOWEST_AUC), 0), 1), 2)


def _about(facts: Facts) -> str:
    parts: Sequence[str] = (
        facts.style,
        f"{facts.tempo} tempo",
        f"{facts.energy} energy",
        "" if facts.loudness == "medium" else facts.loudness,
        "" if facts.mood == "neutral" else facts.mood,
        facts.mode,
        ", ".join(sorted(facts.instruments)),
        "drums" if facts.drums else "no drums",
    )
    return " · ".join(part for part in parts if part)


def _order(value: str) -> tuple[int, str]:
    return (ORDERED.index(value) if value in ORDERED else len(ORDERED), value)


def _score(value: float, digits: int = 2) -> str:
    """Return a number in [0, 1] as it is printed in tables: .85, 1.0."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".removeprefix("0") if value < 0.995 else "1.0"


def _range(figure: Figure) -> str:
    if not math.isfinite(figure.low):
        return ""
    return f"{_score(figure.low)} to {_score(figure.high)}"
