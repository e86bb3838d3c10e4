"""Configuration files: what is read, what is refused and how it is said."""

from pathlib import Path

import pytest

from embedder.errors import UnusableConfig
from embedder.mulan import MulanShape
from embedder.mulan.augment import SpecAugment
from embedder.training.config import (
    SHIPPED,
    Hidden,
    MulanRecipe,
    Optimiser,
    RandomTowers,
    StepDecay,
    TrainingConfig,
    read_config,
)

PLAIN = """
name = "mine"
[recipe]
kind = "small"
clips = ["clips"]
validation = ["others"]
[card]
data = "clicks"
licence = "CC0-1.0"
"""


def config_file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_every_configuration_that_ships_can_be_read_by_its_name(name: str) -> None:
    assert read_config(name).card.licence


def test_the_shipped_names_are_known() -> None:
    assert {path.stem for path in SHIPPED.glob("*.toml")} == {
        "small",
        "mulan-resnet",
        "mulan-ast",
        "tiny",
    }


@pytest.mark.parametrize(
    ("name", "rate", "batch"), [("mulan-resnet", 5e-5, 6_144), ("mulan-ast", 4e-5, 5_120)]
)
def test_the_patents_configurations_follow_it_to_the_letter(
    name: str, rate: float, batch: int
) -> None:
    config = read_config(name)

    recipe = config.recipe
    assert isinstance(recipe, MulanRecipe)
    assert (recipe.towers.kind, recipe.batch, recipe.loss) == (name, batch, "decoupled")
    assert tuple(recipe.mixing.model_dump().values()) == (2, 2, 1, 1)
    assert config.optimiser.learning_rate == rate
    assert config.optimiser.schedule == StepDecay(factor=0.9, every_steps=40_000)
    assert (config.run.epochs, config.run.temperature) == (14, 0.1)


def test_the_defaults_are_the_patents(tmp_path: Path) -> None:
    config = read_config(config_file(tmp_path, PLAIN))

    assert config.optimiser == Optimiser(learning_rate=5e-5)
    assert config.run.epochs == 14


def test_what_is_hidden_is_what_the_towers_hide_by_default() -> None:
    assert SpecAugment(**Hidden().model_dump()) == SpecAugment()


def test_sizes_that_are_not_given_are_the_patents() -> None:
    towers = RandomTowers(start="random", kind="mulan-resnet", audio={"depths": (1, 1, 1, 1)})

    assert towers.shape.audio.depths == (1, 1, 1, 1)
    assert towers.shape.text == MulanShape().text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[card]", "[run]\nepocs = 3\n[card]"), r"run\.epocs: there is no such field"),
        (("[card]", "[run]\nepochs = 0\n[card]"), r"run\.epochs: .*greater than 0, not 0"),
        (("[card]", "[run]\ntemperature = 2\n[card]"), r"run\.temperature: .*less than 1, not 2"),
        (("[card]", "[run]\nprecision = 'half'\n[card]"), r"run\.precision: .*float32.*'half'"),
        (('kind = "small"', 'kind = "large"'), r"recipe: .*'large'.*'small', 'mulan'"),
        (('clips = ["clips"]', "clips = []"), r"recipe\.small\.clips: .*at least 1 item"),
        (('licence = "CC0-1.0"', ""), r"card\.licence: field required"),
        (('name = "mine"', 'name = "a/b"'), r"name: .*not 'a/b'"),
        (("[card]", "[card"), "it is no TOML"),
    ],
)
def test_a_fault_names_file_field_and_value(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = config_file(tmp_path, PLAIN.replace(*change))

    with pytest.raises(UnusableConfig, match=f"mine.toml.*{message}"):
        read_config(path)


def test_a_size_that_no_tower_has_is_named() -> None:
    towers = {"start": "random", "kind": "mulan-ast", "audio": {"widht": 64}}

    with pytest.raises(ValueError, match="unexpected keyword argument 'widht'"):
        RandomTowers.model_validate(towers)


def test_a_file_that_is_not_there_is_said_with_the_names_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnusableConfig, match=r"none.toml.*by name there are: mulan-ast, .*tiny"):
        read_config(tmp_path / "none.toml")


def test_a_configuration_cannot_be_changed() -> None:
    config = read_config("small")

    with pytest.raises(ValueError, match="frozen"):
        config.name = "other"  # type: ignore[misc]


def test_every_field_says_what_it_is() -> None:
    undescribed = [name for name, field in _fields(TrainingConfig) if not field.description]

    assert not undescribed


def _fields(model: type, start: str = "") -> list:
    from typing import get_args

    from pydantic import BaseModel

    found = []
    for name, field in model.model_fields.items():
        if name not in ("kind", "start"):
            found.append((f"{start}{name}", field))
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found += _fields(part, f"{start}{name}.")
    return found
