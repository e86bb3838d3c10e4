"""A batch in chunks, in parts, and in half precision, against the whole in one pass."""

from pathlib import Path
from socket import socket

import pytest
import torch
from torch import Tensor, nn

from embedder.training.gradients import Learner, add_gradients
from embedder.training.loss import Temperature
from embedder.training.precision import Precision
from embedder.training.world import World
from tests.embedder.training.parts import start_a_part, train_a_part
from tests.embedder.training.toy import PAIRS, ToyBatch, toy_towers

PLACE = (0, 7, 0)


def learner(towers: nn.Module, kind: str = "float32") -> Learner:
    return Learner(towers, Temperature(), Precision(kind, torch.device("cpu")))


def batch(towers: nn.ModuleDict, noise: float = 0.0) -> ToyBatch:
    generator = torch.Generator().manual_seed(1)
    heard = torch.randn(PAIRS, 5, generator=generator)
    read = torch.randn(PAIRS, 4, generator=generator)
    return ToyBatch(towers, heard, read, noise)


def gradients_of(one: Learner) -> list[Tensor]:
    weights = [*one.towers.parameters(), *one.temperature.parameters()]
    return [weight.grad for weight in weights]


@pytest.mark.parametrize("chunk", [1, 3, 4, PAIRS])
def test_chunks_give_the_gradient_of_the_whole_batch(chunk: int) -> None:
    whole, chunked = (learner(toy_towers(dropout=0)) for _ in range(2))

    loss = add_gradients(whole, batch(whole.towers), PLACE)
    same = add_gradients(chunked, batch(chunked.towers), PLACE, chunk)

    assert same == pytest.approx(loss)
    for gradient, right in zip(gradients_of(chunked), gradients_of(whole), strict=True):
        assert torch.allclose(gradient, right, atol=1e-6)


def test_plain_accumulation_would_not() -> None:
    whole, halved = (learner(toy_towers(dropout=0)) for _ in range(2))

    add_gradients(whole, batch(whole.towers), PLACE)
    full = batch(halved.towers)
    for rows in (slice(0, 4), slice(4, 8)):
        add_gradients(halved, ToyBatch(full.towers, full.heard[rows], full.read[rows], 0.0), PLACE)

    mean = [gradient / 2 for gradient in gradients_of(halved)]
    assert not torch.allclose(mean[0], gradients_of(whole)[0], atol=1e-3)


def test_dropout_and_noise_are_the_same_in_both_passes() -> None:
    """The gradient is the one of the vectors that the loss was taken of."""
    one = learner(toy_towers(dropout=0.5))
    seen: list[Tensor] = []

    class Watched(ToyBatch):
        def audio(self, rows: slice) -> Tensor:
            vectors = super().audio(rows)
            seen.append(vectors.detach())
            return vectors

    drawn = batch(one.towers, noise=1.0)
    add_gradients(one, Watched(drawn.towers, drawn.heard, drawn.read, 1.0), PLACE, chunk=4)

    first, second = seen[:2], seen[2:]
    assert all(torch.equal(*pair) for pair in zip(first, second, strict=True))
    assert not torch.equal(first[0], first[1])


def test_two_steps_draw_different_noise_and_the_same_step_the_same() -> None:
    losses = []

    for step in (7, 8, 7):
        one = learner(toy_towers(dropout=0.5))
        losses.append(add_gradients(one, batch(one.towers), (0, step, 0)))

    assert losses[0] == losses[2] != losses[1]


def test_batch_norm_remembers_each_chunk_once_and_uses_its_statistics() -> None:
    towers = toy_towers(dropout=0, norm=True)
    one = learner(towers)

    add_gradients(one, batch(towers), PLACE, chunk=4)

    norm = towers["audio"][1]
    seen = towers["audio"][0](batch(towers).heard)
    means = [half.mean(dim=0) for half in (seen[:4], seen[4:])]
    remembered = 0.9 * (0.1 * means[0]) + 0.1 * means[1]  # torch's momentum of 0.1, from 0
    assert norm.num_batches_tracked == 2
    assert torch.allclose(norm.running_mean, remembered, atol=1e-6)
    assert norm.track_running_stats


def test_half_precision_gives_nearly_the_same_gradient() -> None:
    single, half = learner(toy_towers(dropout=0)), learner(toy_towers(dropout=0), "bfloat16")

    for one in (single, half):
        add_gradients(one, batch(one.towers), PLACE, chunk=4)

    for gradient, right in zip(gradients_of(half), gradients_of(single), strict=True):
        assert gradient.dtype == torch.float32
        assert not torch.equal(gradient, right)
        assert torch.allclose(gradient, right, rtol=0.1, atol=0.03)


@pytest.mark.slow
def test_two_processes_train_as_one_with_the_whole_batch(tmp_path: Path) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    torch.multiprocessing.spawn(start_a_part, (2, port, tmp_path), nprocs=2)
    train_a_part(tmp_path)

    whole = torch.load(tmp_path / "trained-0-of-1.pt")
    for rank in range(2):
        part = torch.load(tmp_path / f"trained-{rank}-of-2.pt")
        assert part["losses"] == pytest.approx(whole["losses"], abs=1e-5)
        for name in ("gradients", "weights"):
            for ours, right in zip(part[name], whole[name], strict=True):
                assert torch.allclose(ours, right, atol=1e-5)


def test_a_process_alone_averages_nothing() -> None:
    weight = nn.Parameter(torch.zeros(1))
    weight.grad = torch.ones(1)

    World().average_gradients([weight])

    assert weight.grad.item() == 1
