"""What an update tells of its model: the linear part, to the last bit of single precision."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from ranker.config import RankerConfig
from schemas import DeviceModel, SessionEvent, pack_weights, unpack_weights
from tests.factories import (
    CALM,
    clause,
    command,
    follow,
    library,
    playback,
    random_library,
    start,
    understood,
)
from tests.ranker.logs import TRACKS, logs

WORDS = understood(clause("more", "calm", CALM), at=1)


def told(*events: SessionEvent, config: RankerConfig = RankerConfig()) -> DeviceModel:
    device = follow(*events, config=config)[1].device
    assert device is not None
    return device


def test_words_alone_are_the_weights() -> None:
    device = told(start(), WORDS)

    # One clause of strength 6 toward (-1, 0, 0); no act, no past.
    assert unpack_weights(device.weights) == pytest.approx((-6.0, 0.0, 0.0), abs=1e-6)
    assert (device.bias, device.l2) == (0.0, 1.0)


def test_nothing_learned_is_no_weight() -> None:
    device = told(start("calm-1", "loud-1"))

    assert unpack_weights(device.weights) == (0.0, 0.0, 0.0)


def test_once_the_classifier_ranks_alone_the_weights_give_the_score() -> None:
    acts = [
        playback("calm-1", "liked", 2),
        playback("loud-1", "disliked", 3),
        playback("calm-2", "liked", 4),
        playback("loud-2", "disliked", 5),
    ]
    _, update = follow(start(), WORDS, *acts)
    assert update.device is not None
    weights = np.array(unpack_weights(update.device.weights))

    tracks = library()
    for slot in update.slots:
        linear = tracks.vectors[tracks.row(slot.track_id)] @ weights
        assert linear == pytest.approx(slot.score, abs=1e-5)


def test_a_tighter_prior_is_told() -> None:
    assert told(start(), config=replace(RankerConfig(), l2=2.5)).l2 == 2.5


def test_a_group_has_no_one_vector_to_tell() -> None:
    shared = [
        playback("calm-1", "liked", at, event_id=f"{member}-likes", member=member)
        for at, member in enumerate(("ann", "bob"))
    ]

    assert follow(start(), *shared)[1].device is None


def test_it_is_not_told_where_nobody_wants_it() -> None:
    quiet = replace(RankerConfig(), tells_device=False)

    assert follow(start(), WORDS, config=quiet)[1].device is None


@given(logs(forgetting=False))
@settings(max_examples=40)
def test_the_weights_are_part_of_what_the_set_of_events_decides(log: list[SessionEvent]) -> None:
    _, forwards = follow(*log, command("end", 99), tracks=TRACKS)
    _, backwards = follow(*log[::-1], command("end", 99), tracks=TRACKS)

    assert forwards.ranked.device == backwards.ranked.device


def test_in_a_space_of_128_dimensions_they_take_516_bytes_with_the_bias() -> None:
    tracks = random_library(dimension=128)

    _, update = follow(start("t0", "t1"), playback("t0", "liked", 1), tracks=tracks)

    assert update.device is not None
    assert 4 * len(unpack_weights(update.device.weights)) + 4 == 516


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        ("not base64!", "base64|Only|Incorrect"),
        ("AAAAAAA=", "5 bytes are no whole number"),
        (pack_weights([float("nan")]), "not finite"),
        (pack_weights([float("inf")]), "not finite"),
    ],
)
def test_weights_that_are_none_are_refused(packed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        DeviceModel(weights=packed, bias=0, l2=1)
