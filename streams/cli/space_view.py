"""How a space, or a checkpoint that could become one, looks to a person and to a program."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from embedder.manifest import MANIFEST, SPACES, Manifest
from embedder.pretrained.known import KNOWN, Checkpoint

Card = Mapping[str, Any]

OF_WEIGHTS = "weights: "
"""Before a licence in a manifest, where only that of the weights is of interest."""

COMMERCIAL_USE = {True: "yes", False: "NO", None: "not said"}
"""How a list says what a licence allows."""

WORST = 5
"""Words named as the ones a space knows least."""


def space_card(manifest: Manifest, folder: Path) -> dict[str, Any]:
    """Return what people ask of a space: what it is, may be used for, was made of, is worth."""
    training = dict(manifest.training)
    return {
        "name": manifest.name,
        "folder": str(folder),
        "kind": manifest.kind,
        "dimension": manifest.dimension,
        "hash": manifest.hash,
        "licence": str(training.pop("licence", "not stated")).removeprefix(OF_WEIGHTS),
        "commercial_use": training.pop("commercial use", None),
        "front_end": manifest.front_end,
        "text_model": manifest.text_model,
        "vocabulary": len(manifest.vocabulary),
        "calibrated_words": len(manifest.calibration),
        "training": training,
        "quality": dict(manifest.quality),
    }


def checkpoint_card(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what is known of a checkpoint before it is fetched."""
    return {
        "name": checkpoint.name,
        "kind": checkpoint.kind,
        "dimension": checkpoint.dimension,
        "sampling_rate": checkpoint.sampling_rate,
        "licence": checkpoint.licence,
        "commercial_use": checkpoint.commercial,
        "megabytes": checkpoint.megabytes,
        "publisher": checkpoint.publisher,
        "data": checkpoint.data,
        "published": checkpoint.published,
        "remark": checkpoint.remark,
    }


def known_cards(folders: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the spaces that ship, those in some folders, and the checkpoints known by name."""
    for place, where in (("shipped", SPACES), *(("folder", folder) for folder in folders)):
        for folder in _spaces_in(where):
            yield {"where": place, **space_card(Manifest.read(folder), folder)}
    for checkpoint in KNOWN.values():
        yield {"where": "hub", **checkpoint_card(checkpoint)}


def card_table(card: Card) -> Table:
    """Draw one card, a line a fact."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _lines(card):
        table.add_row(name, Text(value, style=_style(name, card)))
    return table


def list_table(cards: list[dict[str, Any]]) -> Table:
    """Draw many cards, one a line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("where", overflow="fold")
    table.add_column("dim", justify="right")
    table.add_column("licence", no_wrap=True)
    table.add_column("commercial", no_wrap=True)
    table.add_column("MB", justify="right")
    for card in cards:
        table.add_row(
            card["name"],
            card["folder"] if card["where"] == "folder" else card["where"],
            str(card["dimension"]),
            card["licence"],
            Text(COMMERCIAL_USE[card["commercial_use"]], style=_style("licence", card)),
            str(card.get("megabytes", "")),
        )
    return table


def _spaces_in(folder: Path) -> list[Path]:
    manifests = (folder / MANIFEST, *folder.glob(f"*/{MANIFEST}"))
    return sorted(path.parent for path in manifests if path.is_file())


def _lines(card: Card, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in card.items():
        if name == "auc by word":
            yield f"{prefix}worst words", _worst(value)
        elif name == "licence":
            yield f"{prefix}{name}", _licence(card)
        elif name == "commercial_use" or value == "":
            continue
        elif isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{name}: ")
        else:
            yield f"{prefix}{name}".replace("_", " "), str(value)


def _licence(card: Card) -> str:
    warning = " NON-COMMERCIAL" if card["commercial_use"] is False else ""
    return f"{card['licence']}{warning}"


def _style(name: str, card: Card) -> str:
    return "bold red" if name == "licence" and card["commercial_use"] is False else ""


def _worst(by_word: Mapping[str, float]) -> str:
    worst = sorted(by_word.items(), key=lambda item: item[1])[:WORST]
    return ", ".join(f"{word} {auc:.2f}" for word, auc in worst)
