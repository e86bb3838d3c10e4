"""The kinds of space that can be trained, each in its own file."""

import torch

from embedder.training.config import MulanRecipe, SmallRecipe, TrainingConfig
from embedder.training.recipe import Recipe
from embedder.training.world import World


def recipe_for(config: TrainingConfig, world: World, device: torch.device) -> Recipe:
    """Read the training data and build the towers that a configuration names.

    Raises
    ------
    UnusableClips, UnusableRecording, UnusableCorpus
        The data cannot be used.
    UnusableCheckpoint
        The towers cannot start from where they should.

    """
    match config.recipe:
        case SmallRecipe():
            from embedder.training.recipes.small import SmallTraining

            return SmallTraining(config.recipe, config.run.seed, world)
        case MulanRecipe():
            from embedder.training.recipes.mulan import MulanTraining

            return MulanTraining(config.recipe, config.run, world, device)
