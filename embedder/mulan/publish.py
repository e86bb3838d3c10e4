"""Trained towers -> a space: a folder that `Space.load` reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedder.calibration import Calibration
from embedder.manifest import MANIFEST, Manifest, hash_of
from embedder.mulan.tower import DIMENSION
from embedder.mulan.towers import MulanTowers
from embedder.mulan.weights import front_end_of, save_towers, text_model_of


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a space beside its weights; see `Manifest` for the meaning."""

    centre_audio: NDArray[np.float32]
    """(DIMENSION,) mean of the training clips' vectors."""

    centre_text: NDArray[np.float32]
    """(DIMENSION,) mean of the training texts' vectors."""

    vocabulary: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Calibration] = field(default_factory=dict)


def publish(towers: MulanTowers, folder: Path, name: str, findings: Findings) -> Manifest:
    """Write a folder that is a space: weights, tokenizer, manifest, in this order.

    The manifest comes last: a folder that lacks it is no space, so one that was not finished is
    never mistaken for one.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    save_towers(towers, folder)
    front_end, text_model = front_end_of(towers.shape), text_model_of(folder, towers.shape)
    manifest = Manifest(
        name=name,
        kind=towers.shape.kind,
        dimension=DIMENSION,
        front_end=front_end,
        text_model=text_model,
        hash=hash_of(folder, front_end, text_model),
        centre_audio=_numbers(findings.centre_audio),
        centre_text=_numbers(findings.centre_text),
        vocabulary=findings.vocabulary,
        training=findings.training,
        quality=findings.quality,
        calibration=findings.calibration,
    )
    manifest.write(folder)
    return manifest


def _numbers(vector: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(float(number) for number in vector)
