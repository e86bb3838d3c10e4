"""Recipe -> trained towers: the one loop for every kind of space."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embedder.errors import Diverged
from embedder.training.checkpoint import Checkpoints
from embedder.training.config import TrainingConfig
from embedder.training.gradients import Learner, add_gradients
from embedder.training.journal import Event, Journal, Published, Stepped, Stopped, Validated
from embedder.training.loss import Temperature
from embedder.training.optimiser import mover_for
from embedder.training.precision import Precision
from embedder.training.recipe import Batch, Recipe
from embedder.training.world import World, same_everywhere

Clock = Callable[[], float]
"""Seconds since some moment, such as `time.monotonic`."""

Wish = Callable[[], bool]
"""Whether the run shall stop after the step that it is in."""


@dataclass(slots=True)
class Standing:
    """How far a run has come."""

    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    """Highest figure that the recipe is judged by."""

    best_step: int = 0


class Trainer:
    """A recipe, what moves its weights, and how far it has come."""

    def __init__(
        self, recipe: Recipe, config: TrainingConfig, folder: Path, world: World, clock: Clock
    ) -> None:
        run = config.run
        self._recipe, self._config, self._world, self._clock = recipe, config, world, clock
        self._folder = folder
        self._steps = recipe.steps_per_epoch * run.epochs
        self._device = next(recipe.towers.parameters()).device
        precision = Precision(run.precision, self._device)
        temperature = Temperature(run.temperature).to(self._device)
        self._learner = Learner(recipe.towers, temperature, precision)
        self._mover = mover_for(self._learner, config.optimiser, self._steps)
        self._weights = [*recipe.towers.parameters(), *temperature.parameters()]
        self._checkpoints = Checkpoints(folder, config, recipe.fingerprint, run.keep)
        self._at = Standing()
        same_everywhere(self._weights)

    def resume(self) -> int:
        """Go back to the newest checkpoint and return its step.

        Raises
        ------
        UnusableRun
            There is none, or it is of another run.

        """
        step, state = self._checkpoints.load()
        self._learner.towers.load_state_dict(state["towers"])
        self._learner.temperature.load_state_dict(state["temperature"])
        self._mover.load_state_dict(state["mover"])
        self._at = Standing(step, **state["standing"])
        return step

    def learn(self, stop: Wish) -> Iterator[Event]:
        """Learn until the last step or until asked to stop, saying what happens.

        Raises
        ------
        Diverged
            The loss is no number any more.

        """
        journal = Journal(self._folder, self._at.step) if self._world.leads else None
        try:
            for event in self._events(stop):
                if journal and isinstance(event, Stepped | Validated):
                    journal.write(event)
                if journal and not isinstance(event, Stepped):
                    journal.draw()
                yield event
        finally:
            if journal:
                journal.close()

    def publish(self, folder: Path) -> Published:
        """Write the best towers as a space."""
        self._learner.towers.load_state_dict(self._checkpoints.load_best())
        card = self._config.card
        space = self._recipe.publish(
            folder,
            self._config.name,
            {
                "data": card.data,
                "licence": card.licence,
                "seed": self._config.run.seed,
                "step": self._at.best_step,
                "epoch": round(self._at.best_step / self._recipe.steps_per_epoch, 2),
                "minutes": round(self._at.seconds / 60, 1),
            },
        )
        return Published(folder, space.hash, self._at.best_step, space.manifest.quality)

    def _events(self, stop: Wish) -> Iterator[Event]:
        run, at = self._config.run, self._at
        look_every = max(1, round(run.validate_every_epochs * self._recipe.steps_per_epoch))
        saved = before = self._clock()
        begun = before - at.seconds
        for batch in self._recipe.batches(at.step, self._steps):
            rate = self._mover.learning_rate
            loss = self._step(batch)
            at.seconds = self._clock() - begun
            pairs = batch.n_clips * self._world.size / max(self._clock() - before, 1e-9)
            yield self._stepped(loss, rate, pairs)
            looking = at.step % look_every == 0 or at.step == self._steps
            if looking and self._world.leads:
                yield self._look()
            stopping = self._world.any(stop(), self._device)
            if looking or stopping or self._clock() - saved > 60 * run.checkpoint_minutes:
                self._save()
                saved = self._clock()
            if stopping:
                yield Stopped(at.step, self._steps, self._checkpoints.path_of(at.step))
                return
            before = self._clock()

    def _step(self, batch: Batch) -> float:
        self._learner.towers.train()
        run, at, world = self._config.run, self._at, self._world
        loss = add_gradients(self._learner, batch, (run.seed, at.step, world.rank), run.chunk)
        if not math.isfinite(loss):
            raise Diverged(at.step + 1, loss, self._checkpoints.newest())
        world.average_gradients(self._weights)
        self._mover.step()
        at.step += 1
        return loss

    def _stepped(self, loss: float, learning_rate: float, pairs_per_second: float) -> Stepped:
        at = self._at
        return Stepped(
            step=at.step,
            steps=self._steps,
            epoch=round(at.step / self._recipe.steps_per_epoch, 3),
            loss=loss,
            temperature=self._learner.temperature().item(),
            learning_rate=learning_rate,
            seconds=round(at.seconds, 3),
            pairs_per_second=round(pairs_per_second, 2),
        )

    def _look(self) -> Validated:
        self._learner.towers.eval()
        figures = self._recipe.validate()
        at, score = self._at, figures[self._recipe.judged_by]
        best = not score < at.best  # what is no number is kept rather than nothing
        if best:
            at.best, at.best_step = score, at.step
            self._checkpoints.save_best(self._learner.towers.state_dict())
        return Validated(at.step, figures, best)

    def _save(self) -> None:
        if not self._world.leads:
            return
        at = self._at
        standing = {"seconds": at.seconds, "best": at.best, "best_step": at.best_step}
        self._checkpoints.save(
            at.step,
            {
                "towers": self._learner.towers.state_dict(),
                "temperature": self._learner.temperature.state_dict(),
                "mover": self._mover.state_dict(),
                "standing": standing,
            },
        )
