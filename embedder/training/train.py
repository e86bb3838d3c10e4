"""Configuration -> a space in a folder, step by step, so that a caller can show how far it is."""

import time
from collections.abc import Generator
from pathlib import Path

import torch

from embedder.errors import RunExists
from embedder.training.chance import Purpose, seed_torch
from embedder.training.checkpoint import newest_checkpoint
from embedder.training.config import SmallRecipe, TrainingConfig
from embedder.training.journal import Event, Stopped
from embedder.training.loop import Clock, Trainer, Wish
from embedder.training.recipes import recipe_for
from embedder.training.world import join_world, own_device

SPACE = "space"
"""Folder, in that of the run, of the space that comes out."""


def train_space(
    config: TrainingConfig,
    folder: Path,
    *,
    resume: bool = False,
    threads: int | None = None,
    stop: Wish = lambda: False,
    clock: Clock = time.monotonic,
) -> Generator[Event]:
    """Train a space, yielding what happens: steps, looks at the validation data, the space.

    `folder` receives the journal as JSON lines and as a picture, the checkpoints, and in `space`
    what `Space.load` reads. Among processes started by torchrun, each calls this; only the first
    one writes and yields, and `folder` must be one that all can read.

    Same configuration, data, machine and threads: the same weights to the bit, however often it
    was interrupted. (On a CPU; a GPU adds up in no fixed order.)

    Raises
    ------
    RunExists
        The folder holds a run, and it was not asked to go on with it.
    UnusableRun
        There is nothing to go on with, or it is of another run.
    UnusableClips, UnusableRecording, UnusableCorpus
        The training data cannot be used.
    UnusableCheckpoint
        The towers cannot start from where they should.
    UnevenBatch
        The processes cannot share the mini-batch evenly.
    Diverged
        The loss is no number any more.

    References
    ----------
    P20-P42.

    """
    newest = newest_checkpoint(folder)
    if newest and not resume:
        raise RunExists(newest)
    if threads:
        torch.set_num_threads(threads)
    device = own_device("cpu" if isinstance(config.recipe, SmallRecipe) else config.run.device)
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(gpus), join_world(device) as world:
        seed_torch(config.run.seed, Purpose.WEIGHTS)
        recipe = recipe_for(config, world, device)
        trainer = Trainer(recipe, config, folder, world, clock)
        if resume:
            trainer.resume()
        for event in trainer.learn(stop):
            if world.leads:
                yield event
            if isinstance(event, Stopped):
                return
        if world.leads:
            yield trainer.publish(folder / SPACE)
        world.wait()
