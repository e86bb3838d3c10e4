"""`upnext demo`: a scripted listener on the real broker, and what the queue makes of it."""

import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import typer

from schemas import PlaylistUpdate
from schemas.topics import REJECTED_EVENTS
from streams.cli.common import (
    SHIPPED,
    Json,
    Music,
    catalogue,
    emit,
    out,
    running_stack,
    say,
    settings_for,
)
from streams.cli.index import index_with_progress
from streams.cli.run import require_space
from streams.cli.view import Tracks, queue_table, reasons_of, top_of
from streams.client import Follower, Publisher
from streams.kafka.admin import count_messages
from streams.session_client import Answer, Session

PLAYLIST = 40
"""Tracks of the initial playlist; the rest of the catalogue can be mined."""

Act = Callable[[Session, str, float], Answer]
"""What the listener does, given the session, the top track and its length in seconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the script."""

    tells: str
    """What happens, with `{title}` for the track at the top of the queue."""
    act: Act


def _skip(seconds: float) -> Act:
    return lambda session, track, length: session.play(
        track, "skipped", position_seconds=min(seconds, length), duration_seconds=length
    )


def _say(words: str) -> Step:
    return Step(f"says “{words}”", lambda session, track, length: session.say(words))


SCRIPT = (
    Step("skips {title} at once", _skip(0.4)),
    Step("skips {title} after a second", _skip(1.0)),
    Step(
        "listens to {title} to the end",
        lambda session, track, length: session.play(
            track, "completed", position_seconds=length, duration_seconds=length
        ),
    ),
    _say("something calmer with piano"),
    Step("plays {title}", lambda session, track, _: session.play(track, "started")),
    Step("likes what plays", lambda session, track, _: session.play(track, "liked")),
    _say("no drums"),
    _say("switch to something fast and loud"),
)


def demo(music: Music = None, json: Json = False) -> None:
    """Watch a queue follow a scripted listener through a real Kafka broker.

    Example: upnext demo --music ~/Music
    """
    with running_stack(settings_for(music)) as stack:
        publisher = Publisher(stack.settings.bootstrap)
        index_with_progress(music or SHIPPED, stack.settings)
        require_space(stack.settings)
        say("waiting for the workers")
        stack.wait_until_ready()
        tracks = catalogue(stack.settings)
        stack.wait_for_tracks(len(tracks))
        rejected = count_messages(stack.settings.bootstrap, REJECTED_EVENTS)
        answers = []
        with Follower(stack.settings.bootstrap) as follower:
            for tells, before, answer in perform(
                Session(publisher, follower, listener_id="demo"), tracks
            ):
                answers.append(answer)
                (_print_json if json else _print)(tells, before, answer, tracks)
        rejected = count_messages(stack.settings.bootstrap, REJECTED_EVENTS) - rejected
    _summarise(answers, rejected, json)
    sys.exit(0)


def perform(
    session: Session, tracks: Tracks
) -> Iterator[tuple[str, PlaylistUpdate | None, Answer]]:
    """Play the script; yield what happened, the queue before it, and the answer."""
    every = max(1, len(tracks) // PLAYLIST)
    answer = session.start(list(tracks)[::every][:PLAYLIST])
    yield "starts a session with an initial playlist", None, answer
    for step in SCRIPT:
        before = answer.update
        if not before.slots:
            say("the queue is empty: the script wants a folder of ten tracks or more")
            return
        top = before.current if "what plays" in step.tells else None
        track = top or before.slots[0].track_id
        info = tracks[track]
        answer = step.act(session, track, info.duration_seconds or 180.0)
        yield step.tells.format(title=f"“{info.title}”"), before, answer


def _print(tells: str, before: PlaylistUpdate | None, answer: Answer, tracks: Tracks) -> None:
    update = answer.update
    out.rule(f"[bold]{update.revision}. The listener {tells}[/]  {answer.latency_ms:.0f} ms")
    out.print(queue_table(before, update, tracks))


def _print_json(tells: str, before: PlaylistUpdate | None, answer: Answer, tracks: Tracks) -> None:
    emit(
        {
            "event": {"tells": tells, **answer.event.model_dump(mode="json", exclude_none=True)},
            "queue_before": top_of(before),
            "queue_after": top_of(answer.update),
            "reasons": reasons_of(answer.update),
            "latency_ms": round(answer.latency_ms, 2),
        }
    )


def _summarise(answers: list[Answer], rejected: int, json: bool) -> None:
    latencies = [answer.latency_ms for answer in answers]
    summary: dict[str, Any] = {
        "events": len(answers),
        "updates": len({answer.update.revision for answer in answers}),
        "median_ms": round(statistics.median(latencies), 1),
        "worst_ms": round(max(latencies), 1),
        "rejected": rejected,
    }
    if json:
        say(f"summary: {summary}")
        return
    out.rule("summary")
    out.print(
        "{events} events, {updates} updates, from event to update {median_ms} ms in the median "
        "and {worst_ms} ms at worst, {rejected} rejected".format(**summary)
    )


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)
