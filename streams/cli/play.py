"""`upnext play`: be the listener, in the terminal."""

import sys
from collections.abc import Callable, Iterator

import typer

from schemas import PlaylistUpdate
from schemas.playback import Action
from streams.cli.common import (
    SHIPPED,
    Music,
    catalogue,
    name_of,
    out,
    running_stack,
    say,
    settings_for,
)
from streams.cli.demo import PLAYLIST
from streams.cli.index import index_with_progress
from streams.cli.run import require_space
from streams.cli.view import Tracks, queue_table
from streams.client import Follower, Publisher
from streams.session_client import Answer, Session

HELP = "Enter: heard to the end · s skip · l like · d dislike · u undo · q quit · or say anything"


class Player:
    """A listener's hands on one session."""

    def __init__(self, session: Session, tracks: Tracks) -> None:
        self._session = session
        self._tracks = tracks
        self._done: list[str] = []
        self.update: PlaylistUpdate | None = None
        self._keys: dict[str, Callable[[], Answer | None]] = {
            "": lambda: self._act("completed", 1.0),
            "s": lambda: self._act("skipped", 0.03),
            "d": lambda: self._act("disliked", None),
            "l": lambda: self._act("liked", None),
            "u": self._undo,
        }

    def start(self, playlist: list[str]) -> None:
        """Start the session and play the first track."""
        self.update = self._session.start(playlist).update
        self._play_top()

    def answer(self, line: str) -> None:
        """Do what a line of the terminal says, and show the queue that follows."""
        before = self.update
        act = self._keys.get(line.strip(), lambda: self._say(line.strip()))
        answer = act()
        if answer is None:
            say("nothing to undo")
            return
        self._done.append(answer.event.event_id)
        self.update = answer.update
        out.print(queue_table(before, answer.update, self._tracks))
        say(f"{answer.latency_ms:.0f} ms, ranked by {answer.update.model}")
        self._play_top()

    def _say(self, words: str) -> Answer:
        return self._session.say(words)

    def _act(self, action: Action, heard: float | None) -> Answer | None:
        track = self.update.current if self.update else None
        if track is None:
            return None
        length = self._tracks[track].duration_seconds or 180.0
        place = (
            {}
            if heard is None
            else {"position_seconds": heard * length, "duration_seconds": length}
        )
        return self._session.play(track, action, **place)

    def _undo(self) -> Answer | None:
        if not self._done:
            return None
        return self._session.command("undo", target_event_id=self._done.pop())

    def _play_top(self) -> None:
        """Start the top of the queue, where nothing plays."""
        update = self.update
        if update is None or update.current is not None or not update.slots:
            return
        self.update = self._session.play(update.slots[0].track_id, "started").update

    @property
    def prompt(self) -> str:
        """What plays."""
        current = self.update.current if self.update else None
        return f"♪ {name_of(current, self._tracks)} > " if current else "the queue is empty > "


def play(music: Music = None) -> None:
    """Play, skip and say things in the terminal, and watch the queue follow.

    Example: upnext play --music ~/Music
    """
    with running_stack(settings_for(music)) as stack:
        index_with_progress(music or SHIPPED, stack.settings)
        require_space(stack.settings)
        tracks = catalogue(stack.settings)
        stack.wait_until_ready()
        stack.wait_for_tracks(len(tracks))
        with Follower(stack.settings.bootstrap) as follower:
            session = Session(Publisher(stack.settings.bootstrap), follower, listener_id="me")
            player = Player(session, tracks)
            player.start(list(tracks)[:: max(1, len(tracks) // PLAYLIST)][:PLAYLIST])
            say(HELP)
            for line in _lines(player):
                player.answer(line)
    sys.exit(0)


def _lines(player: Player) -> Iterator[str]:
    while True:
        try:
            line = input(player.prompt)
        except (EOFError, KeyboardInterrupt):
            return
        if line.strip() == "q":
            return
        yield line


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(play)
