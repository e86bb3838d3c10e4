"""What a space says about itself: `manifest.json` and the hash that vectors carry."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from embedder.calibration import Calibration
from embedder.errors import NotASpace

MANIFEST = "manifest.json"
"""Name of the file that makes a folder a space."""

SPACES = Path(__file__).parent / "spaces"
"""Where the spaces that ship with the package live, by name."""

WEIGHTS = "towers.safetensors"
"""Name of the file with the weights of both towers."""

HASH_CHARACTERS = 16
"""Hexadecimal characters of a hash: 64 bits, so spaces never meet by chance."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A space's own description of where it comes from and what it is worth."""

    name: str
    kind: str
    """What its encoders are made of, as `embedder.encoders.load_encoders` knows it."""

    dimension: int
    front_end: str
    """How a file becomes what the audio tower sees."""

    text_model: str
    """What reads a text before its tower: for `small`, a frozen sentence model."""

    hash: str
    """Two spaces with one hash give equal vectors: it covers weights, front end, text model."""

    centre_audio: tuple[float, ...]
    """Mean of the training clips' vectors, subtracted before anything linear is learned."""

    centre_text: tuple[float, ...]
    """Mean of the training captions' vectors."""

    vocabulary: tuple[str, ...]
    """Plain words the towers were trained on, one an attribute: the compass speaks them."""

    training: Mapping[str, Any]
    """Data, licences, seed, duration."""

    quality: Mapping[str, Any]
    """Measured figures and what they were measured on."""

    calibration: Mapping[str, Calibration] = field(default_factory=dict)
    """For each word known, synonyms included, how its cosine turns into a probability."""

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a folder.

        Raises
        ------
        NotASpace
            It is missing, no JSON, or lacks a field.

        """
        try:
            record = json.loads((folder / MANIFEST).read_text("utf-8"))
        except OSError:
            raise NotASpace(folder, f"it has no {MANIFEST}") from None
        except ValueError as error:
            raise NotASpace(folder, f"its {MANIFEST} is no JSON: {error}") from None
        try:
            return cls(
                **{name: _READERS.get(name, _as_is)(value) for name, value in record.items()}
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise NotASpace(folder, f"its {MANIFEST} does not fit: {error!r}") from None

    def write(self, folder: Path) -> None:
        """Write the manifest, a line a field and a line a word: versions can be compared."""
        record = asdict(self) | {
            "calibration": {
                word: (one.threshold, one.slope, one.quality)
                for word, one in self.calibration.items()
            }
        }
        lines = ",\n".join(
            f"{json.dumps(key)}: {_indented(value)}" for key, value in record.items()
        )
        (folder / MANIFEST).write_text(f"{{\n{lines}\n}}\n", "utf-8")


def _as_is(value: Any) -> Any:
    return value


def _calibrations(table: Mapping[str, list[float]]) -> dict[str, Calibration]:
    return {word: Calibration(*numbers) for word, numbers in table.items()}


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "centre_audio": tuple,
    "centre_text": tuple,
    "vocabulary": tuple,
    "calibration": _calibrations,
}


def folder_of(name_or_path: str | Path) -> Path:
    """Return the folder of a space that ships with the package, or of any other.

    Raises
    ------
    NotASpace
        There is no such name and no such folder.

    """
    shipped = SPACES / name_or_path
    if (shipped / MANIFEST).is_file():
        return shipped
    folder = Path(name_or_path)
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in SPACES.glob(f"*/{MANIFEST}")))
        raise NotASpace(folder, f"there is no such folder, and by name only: {known or 'none'}")
    return folder


def hash_of(folder: Path, front_end: str, text_model: str) -> str:
    """Return what tells a space from any other, `HASH_CHARACTERS` hexadecimal characters.

    Raises
    ------
    NotASpace
        The weights are missing.

    """
    try:
        weights = (folder / WEIGHTS).read_bytes()
    except OSError:
        raise NotASpace(folder, f"it has no {WEIGHTS}") from None
    digest = hashlib.sha256(weights)
    digest.update(f"\n{front_end}\n{text_model}".encode())
    return digest.hexdigest()[:HASH_CHARACTERS]


def _indented(value: object) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = (f"  {json.dumps(key)}: {json.dumps(inner)}" for key, inner in value.items())
    return "{\n" + ",\n".join(lines) + "\n}"
