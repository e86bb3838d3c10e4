"""The loop: what it learns, keeps, goes on from, and says."""

import json
import math
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import torch
from torch import Tensor

from embedder.errors import Diverged, UnusableRun
from embedder.training.checkpoint import CHECKPOINTS, newest_checkpoint
from embedder.training.config import TrainingConfig
from embedder.training.journal import JOURNAL, PICTURE, Event, Stepped, Stopped, Validated
from embedder.training.loop import Trainer
from embedder.training.world import World
from tests.embedder.training.toy import STEPS_PER_EPOCH, Toy, ToyBatch, toy_config

STEPS = 3 * STEPS_PER_EPOCH


def trainer_in(folder: Path, toy: Toy, config: TrainingConfig | None = None) -> Trainer:
    ticks = count()
    return Trainer(toy, config or toy_config(), folder, World(), lambda: float(next(ticks)))


def learn(trainer: Trainer, steps: int | None = None) -> list[Event]:
    """Learn to the end, or until asked to stop after so many steps."""
    asked = count(1)
    return list(trainer.learn(lambda: next(asked) == steps))


def weights_of(toy: Toy) -> list[Tensor]:
    return [weight.detach().clone() for weight in toy.towers.parameters()]


def losses_in(folder: Path) -> list[float]:
    lines = (folder / JOURNAL).read_text().splitlines()
    return [record["loss"] for record in map(json.loads, lines) if "loss" in record]


@pytest.mark.parametrize("cut", [1, STEPS_PER_EPOCH, STEPS - 2])
@pytest.mark.parametrize("chunk", [None, 3])
def test_an_interrupted_run_ends_in_the_same_weights_to_the_bit(
    tmp_path: Path, cut: int, chunk: int | None
) -> None:
    config = toy_config(chunk=chunk)
    whole, before, after = Toy(), Toy(), Toy()
    learn(trainer_in(tmp_path / "whole", whole, config))

    stopped = learn(trainer_in(tmp_path / "cut", before, config), steps=cut)[-1]
    torch.manual_seed(99)  # whatever else happened in between
    resumed = trainer_in(tmp_path / "cut", after, config)
    step = resumed.resume()
    learn(resumed)

    assert isinstance(stopped, Stopped)
    assert step == stopped.step == cut
    assert all(
        torch.equal(*pair) for pair in zip(weights_of(after), weights_of(whole), strict=True)
    )
    assert losses_in(tmp_path / "cut") == losses_in(tmp_path / "whole")


def test_a_crash_takes_back_no_more_than_what_came_after_the_last_checkpoint(
    tmp_path: Path,
) -> None:
    whole, crashed, resumed = Toy(), Toy(), Toy()
    learn(trainer_in(tmp_path / "whole", whole))
    events = trainer_in(tmp_path / "crashed", crashed).learn(lambda: False)
    for event in events:
        if isinstance(event, Stepped) and event.step == STEPS_PER_EPOCH + 2:
            events.close()

    again = trainer_in(tmp_path / "crashed", resumed)
    step = again.resume()
    learn(again)

    assert step == STEPS_PER_EPOCH
    assert losses_in(tmp_path / "crashed") == losses_in(tmp_path / "whole")


def test_the_loss_falls(tmp_path: Path) -> None:
    class Same(Toy):
        """Shows the same pairs at every step."""

        def batches(self, first: int, last: int) -> Iterator[ToyBatch]:
            for _ in range(first, last):
                yield from super().batches(0, 1)

    learn(trainer_in(tmp_path, Same(dropout=0, noise=0), toy_config(epochs=10)))

    losses = losses_in(tmp_path)
    assert losses[-1] < losses[0] - 0.5


def test_the_best_towers_are_kept_not_the_last(tmp_path: Path) -> None:
    toy = Toy(scores=(0.5, 0.9, 0.2))
    trainer = trainer_in(tmp_path, toy)
    at_best: list[Tensor] = []

    looks = []
    for event in trainer.learn(lambda: False):
        if isinstance(event, Validated):
            looks.append(event.best)
        if isinstance(event, Validated) and event.step == 2 * STEPS_PER_EPOCH:
            at_best = weights_of(toy)

    kept = torch.load(tmp_path / CHECKPOINTS / "best.pt")
    assert looks == [True, True, False]
    assert torch.equal(kept["audio.0.weight"], at_best[0])
    assert not torch.equal(kept["audio.0.weight"], weights_of(toy)[0])


def test_a_resumed_run_remembers_its_best(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy(scores=(0.9,))), steps=STEPS_PER_EPOCH + 1)

    resumed = trainer_in(tmp_path, Toy(scores=(0.5, 0.6)))
    resumed.resume()
    looks = [event.best for event in learn(resumed) if isinstance(event, Validated)]

    assert looks == [False, False]


def test_the_last_checkpoints_stay_and_older_ones_go(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy(), toy_config(keep=2, epochs=4)))

    left = sorted(path.name for path in (tmp_path / CHECKPOINTS).iterdir())
    assert left == ["best.pt", "step-000000012.pt", "step-000000016.pt"]


def test_a_checkpoint_is_written_when_enough_time_has_passed(tmp_path: Path) -> None:
    clock = count(step=20.0)  # seconds; the loop looks at it a few times a step
    config = toy_config(checkpoint_minutes=1.0)
    trainer = Trainer(Toy(), config, tmp_path, World(), lambda: next(clock))

    newest = []
    for event in trainer.learn(lambda: False):
        if isinstance(event, Stepped) and event.step < STEPS_PER_EPOCH:
            newest.append(newest_checkpoint(tmp_path))

    assert newest[0] is None
    assert newest[-1] is not None


def test_the_journal_says_what_each_step_did(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy(scores=(0.25, 0.5, 0.75))))

    records = [json.loads(line) for line in (tmp_path / JOURNAL).read_text().splitlines()]
    steps = [record for record in records if "loss" in record]
    assert [record["step"] for record in steps] == list(range(1, STEPS + 1))
    assert steps[0]["temperature"] == pytest.approx(0.1, abs=0.01)
    assert steps[-1]["epoch"] == 3
    assert all(record["pairs_per_second"] > 0 for record in steps)
    assert [one["figures"]["score"] for one in records if "figures" in one] == [0.25, 0.5, 0.75]
    assert (tmp_path / PICTURE).read_bytes().startswith(b"\x89PNG")


def test_a_line_of_the_journal_that_a_crash_cut_is_forgotten(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy()), steps=5)
    with (tmp_path / JOURNAL).open("a") as journal:
        journal.write('{"step": 5, "lo')

    resumed = trainer_in(tmp_path, Toy())
    resumed.resume()
    learn(resumed)

    assert len(losses_in(tmp_path)) == STEPS


def test_a_loss_that_is_no_number_ends_the_run_before_the_weights_are_lost(
    tmp_path: Path,
) -> None:
    class Broken(ToyBatch):
        def loss(self, audio: Tensor, text: Tensor, temperature: Tensor) -> Tensor:
            return audio.sum() * math.nan

    class Breaking(Toy):
        def batches(self, first: int, last: int) -> Iterator[ToyBatch]:
            for step, batch in enumerate(super().batches(first, last), first):
                broken = step == STEPS_PER_EPOCH + 1
                yield Broken(batch.towers, batch.heard, batch.read, 0) if broken else batch

    toy = Breaking()

    with pytest.raises(Diverged, match="step 6.*step-000000004"):
        learn(trainer_in(tmp_path, toy))

    assert all(weight.isfinite().all() for weight in weights_of(toy))


def test_nothing_to_go_on_with_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableRun, match="there is none"):
        trainer_in(tmp_path, Toy()).resume()


def test_another_configuration_is_refused_field_by_field(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy()), steps=2)

    other = trainer_in(tmp_path, Toy(), toy_config(epochs=5, seed=1))

    with pytest.raises(UnusableRun, match="run.epochs was 3 and is 5; run.seed was 0 and is 1"):
        other.resume()


def test_what_changes_no_weight_may_change(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy()), steps=2)

    assert trainer_in(tmp_path, Toy(), toy_config(keep=5, workers=3)).resume() == 2


def test_other_data_is_refused(tmp_path: Path) -> None:
    learn(trainer_in(tmp_path, Toy()), steps=2)

    with pytest.raises(UnusableRun, match="data is not the same"):
        trainer_in(tmp_path, Toy(data="other numbers")).resume()


@pytest.mark.parametrize("kept", [0, 7, 2_000])
def test_a_damaged_checkpoint_is_named_with_the_way_out(tmp_path: Path, kept: int) -> None:
    learn(trainer_in(tmp_path, Toy()), steps=2)
    checkpoint = tmp_path / CHECKPOINTS / "step-000000002.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:kept])

    with pytest.raises(UnusableRun, match="step-000000002.pt.*remove it"):
        trainer_in(tmp_path, Toy()).resume()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINTS).write_text("a file is in the way")

    with pytest.raises(UnusableRun, match="cannot be written"):
        learn(trainer_in(tmp_path, Toy()), steps=2)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_is_resumed_exactly_too(tmp_path: Path, precision: str) -> None:
    config = toy_config(precision=precision)
    whole, resumed = Toy(), Toy()
    learn(trainer_in(tmp_path / "whole", whole, config))
    learn(trainer_in(tmp_path / "cut", Toy(), config), steps=5)

    again = trainer_in(tmp_path / "cut", resumed, config)
    again.resume()
    learn(again)

    pairs = zip(weights_of(resumed), weights_of(whole), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    assert losses_in(tmp_path / "cut") == losses_in(tmp_path / "whole")
