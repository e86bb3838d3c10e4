"""What each event must say."""

import pytest
from pydantic import ValidationError

from tests.factories import clause, command, intent, playback, understood


@pytest.mark.parametrize(
    "ranks", [{"from_rank": None}, {"to_rank": None}, {"from_rank": 0}, {"to_rank": 10_001}]
)
def test_a_move_says_from_where_to_where(ranks: dict[str, int | None]) -> None:
    with pytest.raises(ValidationError, match="rank"):
        playback("calm-1", "moved", **ranks)


def test_only_a_move_has_ranks() -> None:
    with pytest.raises(ValidationError, match="only with it"):
        playback("calm-1", "liked", from_rank=2, to_rank=1)


@pytest.mark.parametrize(
    "position, duration, fraction",
    [(50, 200, 0.25), (0, 200, 0.0), (201, 200, 1.0), (None, 200, None), (50, None, None)],
)
def test_a_fraction_is_known_where_position_and_duration_are(
    position: float | None, duration: float | None, fraction: float | None
) -> None:
    event = playback("calm-1", "skipped", position_seconds=position, duration_seconds=duration)

    assert event.fraction == fraction


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValidationError, match="action"):
        playback("calm-1", "hummed")


def test_an_undo_needs_its_target_and_nothing_else_has_one() -> None:
    with pytest.raises(ValidationError, match="'undo' needs target_event_id"):
        command("undo")
    with pytest.raises(ValidationError, match="target_event_id: not for the command 'end'"):
        command("end", target_event_id="e1")


def test_a_playlist_goes_with_a_start() -> None:
    with pytest.raises(ValidationError, match="playlist: not for the command 'end'"):
        command("end", playlist=("calm-1",))


def test_a_playlist_that_repeats_a_track_is_refused() -> None:
    with pytest.raises(ValidationError, match="twice"):
        command("start", playlist=("calm-1", "loud-1", "calm-1"))


def test_a_playlist_is_bounded() -> None:
    tracks = tuple(f"t{i}" for i in range(501))

    assert len(command("start", playlist=tracks[:500]).playlist) == 500
    with pytest.raises(ValidationError, match="500"):
        command("start", playlist=tracks)


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_words_are_neither_empty_nor_a_book(text: str) -> None:
    with pytest.raises(ValidationError, match="text"):
        intent(text)


def test_an_intent_has_at_most_sixteen_clauses() -> None:
    with pytest.raises(ValidationError, match="clauses"):
        understood(*[clause()] * 17)


@pytest.mark.parametrize(
    "operation, polarity",
    [("more", 1), ("only", 1), ("switch", 1), ("like", 1), ("less", -1), ("without", -1)],
)
def test_a_clause_pulls_toward_its_subject_or_away(operation: str, polarity: int) -> None:
    assert clause(operation).polarity == polarity
