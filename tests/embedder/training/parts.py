"""One of several processes that run the trainer on parts of each batch."""

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from embedder.training.gradients import Learner, add_gradients
from embedder.training.journal import Stepped
from embedder.training.loop import Trainer
from embedder.training.loss import Temperature
from embedder.training.precision import Precision
from embedder.training.world import World, join_world
from tests.embedder.training.processes import leave
from tests.embedder.training.toy import Toy, toy_config


def start_a_part(rank: int, count: int, port: int, folder: Path) -> None:
    """Be process `rank` of `count`, as torchrun would start it."""
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.environ.update(address, RANK=str(rank), WORLD_SIZE=str(count))
    torch.set_num_threads(1)
    train_a_part(folder)
    leave()


def train_a_part(folder: Path) -> None:
    """Leave losses, gradients and weights in the folder."""
    with join_world(torch.device("cpu")) as world:
        toy = Toy(world, dropout=0, noise=0)
        gradients = one_gradient(toy, world)
        trainer = Trainer(toy, toy_config(), folder / f"run-of-{world.size}", world, lambda: 0.0)
        events = list(trainer.learn(lambda: False))
        left = {
            "gradients": gradients,
            "losses": [event.loss for event in events if isinstance(event, Stepped)],
            "weights": [weight.detach() for weight in toy.towers.parameters()],
        }
        torch.save(left, folder / f"trained-{world.rank}-of-{world.size}.pt")


def one_gradient(toy: Toy, world: World) -> list[Tensor]:
    """The gradient of the first mini-batch, in chunks of this process's share."""
    learner = Learner(toy.towers, Temperature(), Precision("float32", torch.device("cpu")))
    weights: list[nn.Parameter] = [*toy.towers.parameters(), *learner.temperature.parameters()]
    add_gradients(learner, next(toy.batches(0, 1)), (0, 0, world.rank), chunk=2)
    world.average_gradients(weights)
    gradients = [weight.grad.clone() for weight in weights]
    toy.towers.zero_grad()
    return gradients
