"""Audio and words -> one unit sphere of 128 dimensions.

file -> windows -> features -> tower -> vector <- tower <- sentence vector <- words

Importing this package is cheap; `embedder.space` is what brings torch.
"""

from embedder.errors import (
    CollapsedTower,
    EmbedderError,
    NotASpace,
    UndecodableAudio,
    UnusableClips,
    UnusableText,
    WrongSpace,
)

__all__ = [
    "CollapsedTower",
    "EmbedderError",
    "NotASpace",
    "UndecodableAudio",
    "UnusableClips",
    "UnusableText",
    "WrongSpace",
]
