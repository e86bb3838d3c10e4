"""TOML file -> how a space is trained: every number that a run rests on, checked and named."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from embedder.errors import UnusableConfig
from embedder.training.loss import INITIAL_TEMPERATURE

if TYPE_CHECKING:
    from embedder.mulan import MulanShape

SHIPPED = Path(__file__).parent / "configs"
"""Configurations that come with the package, by name."""

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A table of the file: frozen, and a key that is not known is refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True
    )


class SmallRecipe(Section):
    """What is particular to the small space: clips of known truth and captions drawn from it."""

    kind: Literal["small"]
    clips: Annotated[tuple[Path, ...], Field(min_length=1)]
    """Folders of `python -m catalogue clips` to train on, from the working directory."""
    validation: Annotated[tuple[Path, ...], Field(min_length=1)]
    """Folders that choose the best epoch and fit the probabilities: other works, another
    soundfont. What is reported of the space in the end should be measured on neither."""
    batch: PositiveInt = 192
    """Windows in a mini-batch, each with one caption; 96 and 384 were no better."""
    bare_words: int = Field(default=288, ge=0)
    """Single words in a mini-batch beside the captions: people ask in single words."""


class Mixing(Section):
    """How many texts of a mini-batch come from each source, in proportion (P35)."""

    sf: NotNegative = 2
    """Titles and tags (short form)."""
    lf: NotNegative = 2
    """Descriptions and comments (long form)."""
    pl: NotNegative = 1
    """Titles of playlists."""
    labels: NotNegative = 1
    """Class labels, as AudioSet's (ASET)."""


class Hidden(Section):
    """How much of each training spectrogram is hidden (SpecAugment, P17)."""

    masks: int = Field(default=2, ge=0)
    """Bands hidden, and as many stretches of time. The patent gives no numbers; all three are the
    double policy of SpecAugment's authors."""
    widest_band: Share = 27 / 80
    """Most of the mel bands under one mask."""
    widest_stretch: Share = 0.1
    """Most of the time under one mask."""


Kind = Literal["mulan-resnet", "mulan-ast"]


class WarmTowers(Section):
    """Towers that start from checkpoints in all but their last layers (P11, P15, P19)."""

    start: Literal["checkpoints"]
    kind: Kind
    """M-Resnet-50 (P7) or M-AST (P12)."""
    audio: str | None = None
    """Folder, or name on the hub; the kind's public one if not given. The patent's ResNet learned
    on AudioSet and is not public (P11): the public one learned on pictures."""
    text: str | None = None
    """Folder, or name on the hub; BERT-base-uncased if not given (P18, P19)."""


class RandomTowers(Section):
    """Towers of any size that start from random numbers: for trying and for tests."""

    start: Literal["random"]
    kind: Kind
    """M-Resnet-50 (P7) or M-AST (P12)."""
    audio: Mapping[str, int | tuple[int, ...]] = {}
    """Sizes of the audio tower that are not the patent's; see `ResNetShape` and `AstShape`."""
    text: Mapping[str, int | float] = {}
    """Sizes of the text tower that are not the patent's; see `BertShape`."""
    tokenizer: str | None = None
    """Folder, or name on the hub; BERT's own word pieces, which upnext brings, if not given."""

    @property
    def shape(self) -> "MulanShape":
        """The sizes of both towers."""
        from embedder.mulan import MulanShape  # brings transformers: seconds that few runs need

        return MulanShape.from_record(self.model_dump(include={"kind", "audio", "text"}))

    @model_validator(mode="after")
    def _sizes_are_known(self) -> Self:
        try:
            _ = self.shape
        except TypeError as error:
            raise ValueError(str(error).split("() ")[-1]) from None
        return self


class MulanRecipe(Section):
    """What is particular to the patent's towers: recordings and what people wrote about them."""

    kind: Literal["mulan"]
    recordings: Path
    """A file of JSON lines, each a recording with its texts by source (`embedder.corpus.records`);
    or a folder of `python -m catalogue clips`, of which texts are drawn. From the working
    directory."""
    validation: Path
    """The same, of recordings that are not trained on: retrieval among them chooses the best."""
    towers: Annotated[WarmTowers | RandomTowers, Field(discriminator="start")]
    """Where the weights come from."""
    batch: PositiveInt = 6_144
    """Pairs in a mini-batch over all processes; every other pair is a negative (P41)."""
    loss: Literal["decoupled", "info-nce", "multi-positive"] = "decoupled"
    """Equation 1 (P21, P22); symmetric InfoNCE; or the form that knows when a text fits several
    recordings of the batch, for corpora that repeat their texts."""
    mixing: Mixing = Mixing()
    """The share of each source, over those that the corpus has (P35)."""
    concatenated: PositiveInt = 1
    """Texts of one source and recording joined into one, at most (P25); 1 joins none."""
    spec_augment: Hidden = Hidden()
    """What training hides of the spectrograms (P17)."""
    validation_pool: PositiveInt = 1_000
    """Recordings among which each text has to find its own while validating."""


class OneCycle(Section):
    """Up to the learning rate and down to nothing, once over the whole run (Smith, 2018)."""

    kind: Literal["one-cycle"]
    warm_up: Share = 0.3
    """Share of the steps on the way up; torch's default."""


class StepDecay(Section):
    """The patent's schedule (P40)."""

    kind: Literal["step-decay"] = "step-decay"
    factor: Annotated[float, Field(gt=0, le=1)] = 0.9
    """What the learning rate is multiplied by (P40)."""
    every_steps: PositiveInt = 40_000
    """Steps from one multiplication to the next (P40)."""


class Optimiser(Section):
    """AdamW: Adam with weight decay that is decoupled from the gradient (P39)."""

    learning_rate: Positive = 5e-5
    """At the schedule's height: the patent's for M-Resnet-50 (P40)."""
    temperature_learning_rate: Positive | None = None
    """Of the temperature's logit, if it should move at another pace; otherwise as the rest."""
    weight_decay: NotNegative = 0.01
    """Per step and unit of learning rate; the patent gives none (P39), so AdamW's default. The
    temperature is never decayed: that would pull it towards 1/2."""
    schedule: Annotated[OneCycle | StepDecay, Field(discriminator="kind")] = StepDecay()
    """How the learning rate moves over the run."""


class Run(Section):
    """How long, how exactly and how safely a run goes."""

    epochs: PositiveInt = 14
    """Passes over the recordings (P38); an epoch is as many draws as there are recordings."""
    seed: int = Field(default=0, ge=0)
    """What every draw of the run follows from."""
    temperature: Annotated[float, Field(gt=0, lt=1)] = INITIAL_TEMPERATURE
    """Where the trained temperature starts (P23)."""
    chunk: PositiveInt | None = None
    """Rows whose activations are held at once. A larger batch is embedded chunk by chunk, twice,
    with the gradient that the whole would have given; none holds the whole batch."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of what the towers compute; weights and loss stay in float32. Half the width is twice the
    speed on a GPU that has it; on a CPU most layers would get slower, so it is not the default."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the towers compute; `auto` takes a GPU where there is one."""
    workers: int = Field(default=0, ge=0)
    """Processes that decode audio ahead of the towers, each one mini-batch (0.64 MB of memory a
    pair); 0 decodes in between. The small space computes its features once and needs none."""
    validate_every_epochs: Positive = 1.0
    """From one look at the validation data to the next; the last step is always looked at."""
    checkpoint_minutes: Positive = 15.0
    """Work that a crash may cost. A checkpoint is also written at each look, and when stopped."""
    keep: PositiveInt = 2
    """Checkpoints that stay on disk, beside the best towers."""


class Card(Section):
    """What the manifest says of the training data."""

    data: Annotated[str, Field(min_length=1)]
    """What the towers heard and read."""
    licence: Annotated[str, Field(min_length=1)]
    """Terms of the weights that come out."""


class TrainingConfig(Section):
    """Everything that a run rests on: same file, same data, same machine, same weights."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    """Of the space."""
    recipe: Annotated[SmallRecipe | MulanRecipe, Field(discriminator="kind")]
    """What is trained on what."""
    optimiser: Optimiser = Optimiser()
    """How the weights move."""
    run: Run = Run()
    """How long, how exactly and how safely."""
    card: Card
    """What the manifest says of the data."""


def read_config(name_or_path: str | Path) -> TrainingConfig:
    """Read a configuration: one that ships with the package, by name, or any file.

    Raises
    ------
    UnusableConfig
        There is no such file, it is no TOML, or a field is unknown, missing or out of bounds;
        names file, field and value.

    """
    shipped = SHIPPED / f"{name_or_path}.toml"
    path = shipped if shipped.is_file() else Path(name_or_path)
    try:
        record = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.toml")))
        raise UnusableConfig(path, f"{error.strerror}; by name there are: {known}") from None
    except ValueError as error:
        raise UnusableConfig(path, f"it is no TOML: {error}") from None
    try:
        return TrainingConfig.model_validate(record)
    except ValidationError as error:
        raise UnusableConfig(path, _faults(error)) from None


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {_fault(fault['type'], fault['msg'])}"
        + ("" if fault["type"] in ("missing", "extra_forbidden") else f", not {fault['input']!r}")
        for fault in error.errors()
    )


def _fault(kind: str, message: str) -> str:
    return "there is no such field" if kind == "extra_forbidden" else message.lower()
