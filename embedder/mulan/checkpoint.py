"""Public checkpoint, by name or folder -> a network of transformers, with nothing left to chance.

transformers fills what a checkpoint lacks with random numbers and says so in a log; here that is
refused, as is a checkpoint of another architecture.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from logging import ERROR
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar, get_verbosity, set_verbosity

from embedder.errors import UnusableCheckpoint

Network = TypeVar("Network", bound=PreTrainedModel)

UNREADABLE = (OSError, ValueError, RuntimeError, KeyError, SafetensorError)
"""What transformers raises for a name nobody has, no network, or damaged files."""


def load_network(name: str | Path, network: type[Network], **options: Any) -> Network:
    """Load a network in single precision from a folder, or by its name on the Hugging Face hub.

    Parameters
    ----------
    name : such as "google-bert/bert-base-uncased"; downloaded once, then read from the hub's cache
    network : the class of transformers that it must be of
    options : handed to the class

    Raises
    ------
    UnusableCheckpoint
        It cannot be had, is of another kind of network, or lacks weights.

    """
    try:
        config = AutoConfig.from_pretrained(name)
        _check_kind(name, config, network)
        with _quiet():
            # With the report it gives a pair, which its annotation does not say.
            found: Any = network.from_pretrained(
                name, dtype=torch.float32, output_loading_info=True, **options
            )
        loaded, report = cast(tuple[Network, Mapping[str, set[str]]], found)
    except UNREADABLE as error:
        raise UnusableCheckpoint(name, str(error)) from None
    if missing := sorted(report["missing_keys"]):
        raise UnusableCheckpoint(name, f"it lacks {len(missing)} weights, such as {missing[0]!r}")
    return loaded


def load_tokenizer(name: str | Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a checkpoint.

    Raises
    ------
    UnusableCheckpoint
        It cannot be had.

    """
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(name)
    except UNREADABLE as error:
        raise UnusableCheckpoint(name, str(error)) from None
    return tokenizer


def check_like(
    name: str | Path, theirs: PreTrainedConfig, ours: PreTrainedConfig, fields: Sequence[str]
) -> None:
    """See that a checkpoint was computed as we will compute it; its weights cannot tell.

    Raises
    ------
    UnusableCheckpoint
        A field of its configuration differs.

    """
    for field in fields:
        has, needs = getattr(theirs, field), getattr(ours, field)
        if has != needs:
            raise UnusableCheckpoint(name, f"its {field} is {has!r}, the tower's is {needs!r}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back bars, and the table of the heads that are left behind on purpose."""
    disable_progress_bar()  # type: ignore[no-untyped-call]
    before = get_verbosity()
    set_verbosity(ERROR)
    try:
        yield
    finally:
        set_verbosity(before)


def _check_kind(name: str | Path, config: PreTrainedConfig, network: type[PreTrainedModel]) -> None:
    needs = network.config_class
    if needs is not None and not isinstance(config, needs):
        has = config.model_type
        raise UnusableCheckpoint(name, f"it is a {has!r} network, not {needs.model_type!r}")
