"""What was measured -> one JSON object."""

import math
from collections.abc import Mapping
from typing import Any

from embedder.evaluation.datasets.published import Published
from embedder.evaluation.datasets.study import DatasetStudy, OnDataset
from embedder.evaluation.figures import Figures, Options
from embedder.evaluation.recordings import OnRecordings, RecordingsStudy
from embedder.evaluation.reliability import Reliability
from embedder.evaluation.resampling import COVERAGE, Figure
from embedder.evaluation.retrieval import DEPTHS, Retrieval
from embedder.evaluation.speed import Speed
from embedder.evaluation.study import Beside, Gap, Study
from embedder.evaluation.tagging import AcrossSeeds, Tagging
from embedder.evaluation.vectors import PassedOver

DIGITS = 4
"""Decimals of a figure: finer ones are noise."""

NAMED_FAULTS = 20
"""Files named that could not be heard; all are counted."""

Record = dict[str, Any]


def record_of(study: Study, recordings: RecordingsStudy | None = None) -> Record:
    """Return a study as plain JSON values; what is not known is null."""
    measured = _figures(study.figures)
    probe = {
        kind: _area(figure) | {"zero_shot": _number(_zero_shot_of_probed(study, kind))}
        for kind, figure in study.probe.kinds.items()
    }
    return {
        "space": study.space.name,
        "hash": study.space.hash,
        "data": {
            "pieces": len(study.pieces),
            "works": len(set(study.labelled.works)),
            **_passed_over(study.passed_over),
        },
        "method": _method(study.options, "works"),
        **measured,
        "linear_probe": probe,
        "calibration": _reliability(study.reliability),
        "modality_gap": _gap(study.gap),
        **_speed(study.speed),
        "seeds": {kind: _across(one) for kind, one in study.seeds.items()},
        "beside": {
            "chance": {"zero_shot": {kind: {"auc": 0.5} for kind in measured["zero_shot"]}},
            **{name: _beside(one) for name, one in study.beside.items()},
        },
        "recordings": None if recordings is None else _recordings(recordings),
    }


def record_of_dataset(study: DatasetStudy) -> Record:
    """Return a study of a published data set as plain JSON values."""
    subjects = {name: _on_dataset(one) for name, one in study.subjects.items()}
    first = subjects.pop(study.space.name)
    return {
        "space": study.space.name,
        "hash": study.space.hash,
        "dataset": study.dataset,
        "data": {
            "listed": study.listed,
            "heard": study.heard,
            **_passed_over(study.passed_over),
        },
        "method": _method(study.options, "recordings, artists or clips, as the data set names"),
        **first,
        "modality_gap": _gap(study.gap),
        **_speed(study.speed),
        "beside": subjects,
        "published": [_published(one) for one in study.published],
    }


def _figures(figures: Figures) -> Record:
    return {
        **_tagging(figures.tagging),
        "retrieval": _retrieval(figures.retrieval)
        | {"queries_are": "captions of one to three facts; all that are named are true"},
        "retrieval_by_description": _retrieval(figures.retrieval_described)
        | {"queries_are": "descriptions by everything known; all that is named is true"},
        "music_to_music": _retrieval(figures.music_to_music)
        | {"queries_are": "first halves, looking for the second half of the same piece"},
        "triplets": {
            name: {
                "accuracy": _number(one.accuracy.value),
                "ci": _interval(one.accuracy),
                "triplets": one.triplets,
            }
            for name, one in figures.triplets.items()
        },
        "precision_at_10": {
            query: {"precision": _number(one.precision), "base_rate": _number(one.base_rate)}
            for query, one in figures.compounds.items()
        },
        "drums_in_the_ten_least_like_drums": figures.drums_left,
    }


def _tagging(tagging: Tagging) -> Record:
    auc, precision = tagging.auc, tagging.average_precision
    return {
        "zero_shot": {
            kind: _area(figure) | {"pr_auc": _number(precision.kinds[kind].value)}
            for kind, figure in auc.kinds.items()
        },
        "zero_shot_by_word": {
            word: _area(figure) | {"pr_auc": _number(precision.words[word].value)}
            for word, figure in auc.words.items()
        },
    }


def _retrieval(retrieval: Retrieval) -> Record:
    chance = retrieval.chance
    figures = {
        "mAP": retrieval.mean_average_precision,
        **{f"R@{depth}": one for depth, one in zip(DEPTHS, retrieval.recall, strict=True)},
        "median_rank": retrieval.median_rank,
    }
    by_chance = {
        "mAP": chance.mean_average_precision,
        **{f"R@{depth}": one for depth, one in zip(DEPTHS, chance.recall, strict=True)},
        "median_rank": chance.median_rank,
    }
    return {
        **{name: _number(figure.value) for name, figure in figures.items()},
        "ci": {name: _interval(figure) for name, figure in figures.items()},
        "chance": {name: _number(value) for name, value in by_chance.items()},
        "queries": retrieval.queries,
        "pool": retrieval.pool,
        "relevant_a_query": _number(retrieval.relevant),
    }


def _beside(beside: Beside) -> Record:
    return _figures(beside.figures) | {"difference": _differences(beside.differences)}


def _recordings(study: RecordingsStudy) -> Record:
    (_, first), *others = study.subjects.items()
    return {
        "recordings": study.recordings,
        "windows": study.windows,
        "missing": list(study.missing),
        **_passed_over(study.passed_over),
        **_on_recordings(first),
        "beside": {
            name: _on_recordings(one) | {"difference": _differences(one.difference)}
            for name, one in others
        },
    }


def _on_recordings(one: OnRecordings) -> Record:
    return {
        "zero_shot": {kind: _area(figure) for kind, figure in one.auc.kinds.items()},
        "zero_shot_by_query": {query: _area(figure) for query, figure in one.auc.words.items()},
        "music_to_music": one.music_to_music and _retrieval(one.music_to_music),
    }


def _on_dataset(one: OnDataset) -> Record:
    return {
        **(_tagging(one.tagging) if one.tagging else {"zero_shot": {}}),
        "retrieval": one.text_to_music and _retrieval(one.text_to_music),
        "music_to_text": one.music_to_text and _retrieval(one.music_to_text),
        **({} if one.difference is None else {"difference": _differences(one.difference)}),
    }


def _published(one: Published) -> Record:
    fields = ("kind", "system", "task", "roc_auc", "pr_auc", "recall_at_10", "source", "quoted")
    return {name: getattr(one, name) for name in fields}


def _zero_shot_of_probed(study: Study, kind: str) -> float:
    """Return the zero-shot mean over the words of a kind that could be probed, to compare with."""
    auc = study.figures.tagging.auc.words
    words = [word for word in study.labelled.kinds[kind] if word in study.probe.words]
    return sum(auc[word].value for word in words) / len(words)


def _method(options: Options, drawn: str) -> Record:
    return {
        "interval": f"{COVERAGE:.0%} percentile bootstrap over {drawn}",
        "resamples": options.resamples,
        "seed": options.seed,
    }


def _reliability(reliability: Reliability | None) -> Record | None:
    if reliability is None:
        return None
    return {
        "error": _number(reliability.error),
        "words": reliability.words,
        "bins": [
            {
                "said": _number(one.said),
                "true": _number(one.true),
                "weight": _number(one.weight),
            }
            for one in reliability.bins
        ],
    }


def _passed_over(passed_over: tuple[PassedOver, ...]) -> Record:
    named = passed_over[:NAMED_FAULTS]
    return {
        "passed_over": len(passed_over),
        "first_passed_over": [{"path": str(one.path), "reason": one.reason} for one in named],
    }


def _across(one: AcrossSeeds) -> Record:
    return _area(one.mean) | {
        "deviation": _number(one.deviation),
        "each": [_number(value) for value in one.each],
    }


def _differences(differences: Mapping[str, Figure]) -> Record:
    return {
        kind: {"auc": _number(figure.value), "ci": _interval(figure)}
        for kind, figure in differences.items()
    }


def _gap(gap: Gap) -> Record:
    return {"before": _number(gap.before), "after": _number(gap.after)}


def _speed(speed: Speed) -> Record:
    return {
        "clip_ms": round(speed.clip_ms, 2),
        "text_ms": round(speed.text_ms, 2),
        "text_cached_ms": round(speed.text_cached_ms, DIGITS),
    }


def _area(figure: Figure) -> Record:
    return {"auc": _number(figure.value), "ci": _interval(figure)}


def _interval(figure: Figure) -> list[float] | None:
    low, high = _number(figure.low), _number(figure.high)
    return None if low is None or high is None else [low, high]


def _number(value: float) -> float | None:
    return round(float(value), DIGITS) if math.isfinite(value) else None
