"""Several listeners in one session: combined by rule, told apart in every reason."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ranker.config import RankerConfig
from ranker.group import Rule, draft
from schemas import PlaylistUpdate, SessionEvent
from tests.factories import CALM, LOUD, clause, follow, playback, skip, start, understood

RULES: tuple[Rule, ...] = ("mean", "least_misery", "turns")


def signed(member: str, event: SessionEvent) -> SessionEvent:
    name = f"{event.event_id}-{member}"
    return event.model_copy(update={"member": member, "event_id": name})


PARTY = (
    start(),
    signed("ann", understood(clause("more", "calm", CALM), at=1)),
    signed("bob", understood(clause("more", "loud", LOUD), at=2)),
)


def update(*events: SessionEvent, rule: Rule = "mean") -> PlaylistUpdate:
    return follow(*events, config=replace(RankerConfig(), group_rule=rule))[1]


def queued(*events: SessionEvent, rule: Rule = "mean") -> list[str]:
    return [slot.track_id for slot in update(*events, rule=rule).slots]


def scores(*events: SessionEvent, rule: Rule = "mean") -> dict[str, float]:
    return {slot.track_id: slot.score for slot in update(*events, rule=rule).slots}


@pytest.mark.parametrize("rule", RULES)
def test_the_reasons_of_a_group_sum_to_the_score_too(rule: Rule) -> None:
    events = (*PARTY, signed("ann", skip("loud-1", 3)), signed("bob", playback("loud-2", at=4)))

    for slot in update(*events, rule=rule).slots:
        assert sum(part for _, part in slot.reasons) == pytest.approx(slot.score, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_every_reason_says_whose_it_is(rule: Rule) -> None:
    causes = update(*PARTY, rule=rule).causes

    said = {cause.sentence: cause.member for cause in causes if cause.kind == "words"}
    assert said["you said “calm”"] == "ann"
    assert said["you said “loud”"] == "bob"


@pytest.mark.parametrize("rule", RULES)
def test_a_group_of_one_is_a_plain_session(rule: Rule) -> None:
    alone = (start(), signed("ann", skip("loud-1", 1)), signed("ann", playback("calm-1", at=2)))
    plain = (start(), skip("loud-1", 1), playback("calm-1", at=2))

    assert queued(*alone, rule=rule) == queued(*plain, rule=rule)


@pytest.mark.parametrize(
    ("rule", "combined"), [("mean", np.mean), ("least_misery", np.min), ("turns", np.max)]
)
def test_a_groups_score_is_made_of_its_members_own(
    rule: Rule, combined: Callable[[list[float]], float]
) -> None:
    events = (*PARTY, signed("ann", skip("loud-1", 3)), signed("bob", playback("loud-1", at=4)))

    together = scores(*events, rule=rule)
    ann = scores(*(event for event in events if event.member != "bob"))
    bob = scores(*(event for event in events if event.member != "ann"))

    for track, score in together.items():
        assert score == pytest.approx(combined([ann[track], bob[track]]), abs=2e-6)


def test_least_misery_puts_what_nobody_minds_first() -> None:
    queue = queued(*PARTY, rule="least_misery")

    assert set(queue[:2]) == {"calm-voice", "loud-voice"}
    assert queue[-1] in {"calm-1", "loud-1"}


def test_in_turns_each_gets_the_next_best() -> None:
    first, second, third, fourth = queued(*PARTY, rule="turns")[:4]

    assert [track.split("-")[0] for track in (first, second, third, fourth)] == [
        "calm",
        "loud",
        "calm",
        "loud",
    ]


@pytest.mark.parametrize("rule", RULES)
def test_what_one_member_forbids_nobody_hears(rule: Rule) -> None:
    no_drums = understood(clause("without", "drums", (0, 1, 0), cut=0.4), at=3)

    queue = queued(*PARTY, signed("ann", no_drums), rule=rule)

    assert not {"calm-drums", "loud-drums"} & set(queue)


def test_what_nobody_signed_counts_for_all() -> None:
    together = queued(*PARTY, playback("loud-1", "liked", 3), playback("loud-2", "liked", 4))

    assert together[0].startswith("loud")


def test_a_draft_by_hand() -> None:
    ann, bob = np.array([5.0, 4.0, 1.0, 0.0]), np.array([5.0, 1.0, 4.0, 0.0])

    assert draft([ann, bob]) == [0, 2, 1, 3]
