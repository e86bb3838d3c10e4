"""Towers <-> file: half-precision safetensors, small enough to ship."""

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from embedder.errors import NotASpace
from embedder.manifest import WEIGHTS
from embedder.small.towers import AudioTower, TextTower


class Towers(NamedTuple):
    """The two networks of a space."""

    audio: AudioTower
    text: TextTower

    def eval(self) -> "Towers":
        """Return both, set to be used rather than trained."""
        return Towers(self.audio.eval(), self.text.eval())


def write_towers(towers: Towers, folder: Path) -> None:
    """Write both towers in half precision."""
    tensors = {
        f"{side}.{name}": tensor.half() if tensor.is_floating_point() else tensor
        for side, tower in towers._asdict().items()
        for name, tensor in tower.state_dict().items()
    }
    content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    (folder / WEIGHTS).write_bytes(content)


def read_towers(folder: Path) -> Towers:
    """Read both towers, in single precision, ready for use.

    Raises
    ------
    NotASpace
        The weights are missing, damaged, or of other towers.

    """
    try:
        tensors = load_file(folder / WEIGHTS)
        towers = Towers(AudioTower(len(tensors["audio.note_mean"])), TextTower())
        for side, tower in towers._asdict().items():
            start = f"{side}."
            tower.load_state_dict(
                {
                    name.removeprefix(start): tensor.float()
                    if tensor.dtype == torch.float16
                    else tensor
                    for name, tensor in tensors.items()
                    if name.startswith(start)
                }
            )
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise NotASpace(folder, f"its {WEIGHTS} cannot be used: {error}") from None
    return towers.eval()
