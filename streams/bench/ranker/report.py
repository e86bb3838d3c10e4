"""All figures of the ranker in one run, and the few that targets are set for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedder.space import Space
from streams.bench.ranker.adaptation import adaptation
from streams.bench.ranker.dialogues import dialogues
from streams.bench.ranker.mining import mining
from streams.bench.ranker.recommend import recommend
from streams.bench.ranker.refit import refits
from streams.bench.ranker.steps import steps
from streams.bench.ranker.worlds import catalogue_world, jamendo_world

Say = Callable[[str], None]

LISTENERS = 100
JAMENDO_TRACKS = 5_000


def bench_ranker(
    space: Space,
    catalogue: Path,
    say: Say,
    *,
    listeners: int = LISTENERS,
    jamendo: Path | None = None,
    cpcd: Path | None = None,
) -> dict[str, Any]:
    """Measure the ranker; several minutes on one core.

    Parameters
    ----------
    space : of the catalogue's vectors and the words
    catalogue : folder with `tracks.jsonl` and the audio
    listeners : simulated listeners of each experiment
    jamendo, cpcd : folders of the data sets; what is not given is not measured

    """
    told: dict[str, Any] = {}
    say("refits beside scikit-learn, torch and river")
    told["refit"] = refits()
    say("whole steps")
    told["step"] = steps()
    say("mining")
    told["mining"] = mining()
    say("embedding the catalogue")
    world = catalogue_world(space, catalogue)
    say("beside the vector store's recommend")
    told["recommend"] = recommend(world, listeners)
    say(f"{listeners} simulated listeners of the catalogue")
    told["adaptation"] = {"catalogue": adaptation(world, listeners)}
    if jamendo is not None:
        say(f"{listeners} simulated listeners of MTG-Jamendo")
        tagged = jamendo_world(space, jamendo, JAMENDO_TRACKS)
        told["adaptation"]["jamendo"] = adaptation(tagged, listeners)
    if cpcd is not None:
        say("conversations")
        told["dialogues"] = dialogues(cpcd)
    return {**_targets(told), **told}


def _targets(told: dict[str, Any]) -> dict[str, Any]:
    ours = told["adaptation"]["catalogue"]["upnext"]
    return {
        "refit_ratio_sklearn_n50": told["refit"]["n50"]["sklearn_over_upnext"],
        "step_median_ms": told["step"]["ms"],
        "half_life_skips": ours["skips_to_fit"],
        "half_life_skips_unseeded": ours["skips_to_fit_unseeded"],
        "recovery_with_words": ours["recovery_with_words"],
        "recovery_without_words": ours["recovery_without_words"],
        "negation_violation_rate": ours["negation_violations"],
    }
