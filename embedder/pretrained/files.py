"""The files of a checkpoint: which ones matter, copied into a space and told apart by content."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from embedder.errors import UnusableCheckpoint

CHECKPOINT = "checkpoint"
"""Folder in a space that holds the checkpoint as it was published, so that the space can move."""

CONFIG = "config.json"

SAFE_WEIGHTS = ("*.safetensors",)
PICKLED_WEIGHTS = ("pytorch_model*.bin",)
"""Taken only where there are no others, and read without running what is pickled."""

DESCRIPTIONS = ("*.json", "*.txt", "*.model")
"""Configurations and tokenizers."""


def wanted(names: Iterable[str]) -> tuple[str, ...]:
    """Return the files of a checkpoint that its vectors depend on, sorted.

    >>> wanted(["README.md", "config.json", "model.safetensors", "pytorch_model.bin"])
    ('config.json', 'model.safetensors')
    """
    visible = sorted(name for name in names if not any(p[0] == "." for p in name.split("/")))
    weights = _matching(visible, SAFE_WEIGHTS) or _matching(visible, PICKLED_WEIGHTS)
    return tuple(sorted([*weights, *_matching(visible, DESCRIPTIONS)]))


def files_of(folder: Path) -> tuple[str, ...]:
    """Return the files that matter in a checkpoint's folder, sorted, relative to it.

    Raises
    ------
    UnusableCheckpoint
        There is no such folder, no configuration, or no weights.

    """
    if not folder.is_dir():
        raise UnusableCheckpoint(folder, "there is no such folder")
    paths = (path for path in folder.rglob("*") if path.is_file())
    files = wanted(path.relative_to(folder).as_posix() for path in paths)
    if CONFIG not in files:
        raise UnusableCheckpoint(folder, f"it has no {CONFIG}")
    if not _matching(files, (*SAFE_WEIGHTS, *PICKLED_WEIGHTS)):
        raise UnusableCheckpoint(folder, "it has no weights (model.safetensors)")
    return files


def copy_checkpoint(source: Path, target: Path) -> None:
    """Copy the files that matter; links are followed.

    Raises
    ------
    UnusableCheckpoint
        The source is no checkpoint, or cannot be read or written.

    """
    for name in files_of(source):
        try:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
        except OSError as error:
            raise UnusableCheckpoint(source, f"{name}: {error.strerror}") from None


def digest_of(folder: Path) -> str:
    """Return the SHA-256 over names and contents of the files that matter, in hexadecimal.

    Reads everything: about a second per gigabyte.

    Raises
    ------
    UnusableCheckpoint
        The folder is no checkpoint.

    """
    digest = hashlib.sha256()
    for name in files_of(folder):
        with (folder / name).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def read_config(folder: Path, name: str = CONFIG) -> dict[str, Any]:
    """Return a configuration as it was published.

    Raises
    ------
    UnusableCheckpoint
        It is missing, or no JSON object.

    """
    try:
        record = json.loads((folder / name).read_text("utf-8"))
    except OSError:
        raise UnusableCheckpoint(folder, f"it has no {name}") from None
    except ValueError as error:
        raise UnusableCheckpoint(folder, f"its {name} is no JSON: {error}") from None
    if not isinstance(record, dict):
        raise UnusableCheckpoint(folder, f"its {name} is no JSON object")
    return record


def _matching(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    patterns = tuple(patterns)
    return [name for name in names if any(fnmatch(name.split("/")[-1], p) for p in patterns)]
