"""Names -> the checkpoints behind them: what they are, what they cost, what their licence allows.

Sizes, licences and published figures are as their publishers gave them in 2026; the licence that
counts is the one that comes with the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from embedder.errors import UnknownCheckpoint, UnusableCheckpoint

UNKNOWN_LICENCE = "a licence that upnext does not know"
"""Of a folder of one's own: whoever brings it knows what it may be used for."""


@dataclass(frozen=True, slots=True)
class Part:
    """Files that a checkpoint needs and keeps elsewhere on the hub."""

    name: str
    """Owner and name on the hub."""

    files: tuple[str, ...]
    folder: str
    """Where they go in the checkpoint's folder."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights that somebody trained and published."""

    name: str
    """Owner and name on the hub."""

    kind: str
    """What runs it: a kind of `embedder.encoders.load_encoders`."""

    dimension: int
    sampling_rate: int
    """Hz."""

    licence: str
    """Of the weights, as an SPDX identifier."""

    commercial: bool
    """Whether the licence allows commercial use."""

    megabytes: int
    """To download, and then on disk."""

    publisher: str
    data: str
    """What it was trained on."""

    published: str
    """Figures of others, not measured here."""

    remark: str = ""
    """What to know before choosing it."""

    parts: tuple[Part, ...] = ()


KNOWN: Mapping[str, Checkpoint] = {
    checkpoint.name: checkpoint
    for checkpoint in (
        Checkpoint(
            name="laion/clap-htsat-unfused",
            kind="clap",
            dimension=512,
            sampling_rate=48_000,
            licence="Apache-2.0",
            commercial=True,
            megabytes=618,
            publisher="LAION",
            data="LAION-Audio-630K and AudioSet: sounds of all kinds, music among them",
            published="MagnaTagATune zero-shot ROC-AUC .739 (LAION-CLAP, as the MuQ paper has it)",
            remark="Mean cosine of unlike texts .18: its text tower is sound.",
        ),
        Checkpoint(
            name="laion/larger_clap_general",
            kind="clap",
            dimension=512,
            sampling_rate=48_000,
            licence="Apache-2.0",
            commercial=True,
            megabytes=779,
            publisher="LAION",
            data="general audio, music and speech",
            published="none for music that we know of",
            remark="Mean cosine of unlike texts .29: its text tower is sound.",
        ),
        Checkpoint(
            name="laion/larger_clap_music",
            kind="clap",
            dimension=512,
            sampling_rate=48_000,
            licence="Apache-2.0",
            commercial=True,
            megabytes=779,
            publisher="LAION",
            data="music, AudioSet and LAION-Audio-630K",
            published="GTZAN zero-shot accuracy .71 (the original weights)",
            remark="As published for transformers its text tower had collapsed (mean cosine of "
            "unlike texts .9993, seen in 2026): such weights are refused when they are added.",
        ),
        Checkpoint(
            name="OpenMuQ/MuQ-MuLan-large",
            kind="muq",
            dimension=512,
            sampling_rate=24_000,
            licence="CC-BY-NC-4.0",
            commercial=False,
            megabytes=2_670,
            publisher="Tencent AI Lab",
            data="130,000 hours of music with texts in English and Chinese, not published",
            published="MagnaTagATune zero-shot ROC-AUC .793",
            remark="Needs the extra upnext[muq]. The code is MIT, the weights are not.",
            parts=(
                Part("OpenMuQ/MuQ-large-msd-iter", ("config.json",), "audio"),
                Part(
                    "FacebookAI/xlm-roberta-base",
                    ("config.json", "tokenizer.json", "tokenizer_config.json"),
                    "text",
                ),
            ),
        ),
    )
}
"""Checkpoints that can be asked for by name."""

CLAP, MUQ = KNOWN["laion/clap-htsat-unfused"], KNOWN["OpenMuQ/MuQ-MuLan-large"]
"""What runs others of their kinds is what runs these."""


def checkpoint_of(name: str) -> Checkpoint:
    """Return a known checkpoint.

    Raises
    ------
    UnknownCheckpoint
        Nobody knows the name.

    """
    try:
        return KNOWN[name]
    except KeyError:
        raise UnknownCheckpoint(name, KNOWN) from None


def checkpoint_in(name: str, config: Mapping[str, Any]) -> Checkpoint:
    """Return what can be said of a checkpoint that nobody knows by name, from its configuration.

    Raises
    ------
    UnusableCheckpoint
        It is of no kind that runs here.

    """
    if config.get("model_type") == CLAP.kind:
        like, dimension = CLAP, config.get("projection_dim", CLAP.dimension)
    elif "mulan" in config and "audio_model" in config:
        like, dimension = MUQ, config["mulan"].get("dim_latent", MUQ.dimension)
    else:
        raise UnusableCheckpoint(name, f"its model type is {config.get('model_type')!r}, not CLAP")
    return replace(
        like,
        name=name,
        dimension=dimension,
        licence=UNKNOWN_LICENCE,
        commercial=False,
        publisher="unknown",
        data="unknown",
        published="unknown",
        remark="",
    )
