"""Spaces for tests: one that needs no network, and a second one of the shipped kind."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from embedder.errors import UndecodableAudio

Array = NDArray[np.float32]


class SpectralSpace:
    """The loudness of 128 bands: a real space in six lines."""

    def __init__(self, name: str = "spectral-1") -> None:
        self.hash = name
        self.encoded: list[Path] = []

    def encode_audio(self, sources: Iterable[Path]) -> Array:
        return np.stack([self._spectrum(path) for path in sources])

    def centred_audio(self, vectors: Array) -> Array:
        centred = vectors - vectors.mean(axis=1, keepdims=True)
        return centred / np.linalg.norm(centred, axis=1, keepdims=True)

    def _spectrum(self, path: Path) -> Array:
        self.encoded.append(path)
        try:
            samples, _ = soundfile.read(path, dtype="float32")
        except soundfile.LibsndfileError as error:
            raise UndecodableAudio(path, str(error)) from None
        bands = np.array_split(np.abs(np.fft.rfft(samples)), 128)
        return np.array([np.log1p(band.sum()) for band in bands], np.float32)


def stretched_space(folder: Path, seed: int = 0) -> Path:
    """Write the shipped space with its dimensions stretched: near things are others."""
    import torch
    from torch import nn

    from embedder.manifest import Manifest, folder_of, hash_of
    from embedder.small.weights import read_towers, write_towers

    shipped = folder_of("small")
    manifest = Manifest.read(shipped)
    stretch = np.random.default_rng(seed).uniform(0.2, 2.0, manifest.dimension)
    towers = read_towers(shipped)
    for tower in towers:
        for layer in tower.modules():
            if isinstance(layer, nn.Linear) and layer.out_features == manifest.dimension:
                factors = torch.from_numpy(stretch).float()
                layer.weight.data *= factors[:, None]
                layer.bias.data *= factors
    folder.mkdir(parents=True)
    write_towers(towers, folder)
    replace(
        manifest,
        name=folder.name,
        hash=hash_of(folder, manifest.front_end, manifest.text_model),
        centre_audio=tuple((stretch * manifest.centre_audio).tolist()),
        centre_text=tuple((stretch * manifest.centre_text).tolist()),
    ).write(folder)
    return folder
