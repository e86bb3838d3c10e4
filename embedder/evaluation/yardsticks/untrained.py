"""The same architecture with random weights: what training added."""

from dataclasses import replace

import torch

from embedder.encoders import Encoders
from embedder.manifest import Manifest, folder_of
from embedder.small.encoders import SmallAudio, SmallText
from embedder.small.weights import read_towers
from embedder.space import Space

NAME = "untrained"
"""The name its figures go by."""


def untrained(space: str, seed: int) -> Space | None:
    """Return a space like the one named, whose weights were drawn and never trained.

    What is not trained stays: the features and their means and spreads, and the sentence model,
    which was trained by others on text alone. So its words mean something and its music means
    something; what nobody told it is which of them belong together.

    Returns
    -------
    space : None for kinds of which this package holds no small architecture; give a checkpoint of
        random weights by ``--beside`` there

    Raises
    ------
    NotASpace
        There is no such space.

    """
    folder = folder_of(space)
    manifest = Manifest.read(folder)
    if manifest.kind != "small":
        return None
    towers = read_towers(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for tower in towers:
            for module in tower.modules():
                reset = getattr(module, "reset_parameters", None)
                if callable(reset):
                    reset()
    nowhere = (0.0,) * manifest.dimension
    drawn = replace(
        manifest,
        name=NAME,
        hash=f"{manifest.hash}-{NAME}-{seed}",
        centre_audio=nowhere,
        centre_text=nowhere,
        calibration={},
    )
    return Space(drawn, Encoders(SmallAudio(towers.audio), SmallText(towers.text)))
