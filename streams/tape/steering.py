"""Log -> one session's compass, and an edit of it: from a file, or from what the topics hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ranker.compass import Compass, compass_of, edit_of, leanings_of
from ranker.config import RankerConfig
from ranker.errors import RankerError
from ranker.library import Array
from ranker.models.sequence import SequenceModel
from ranker.replay import Refused, Tape
from schemas import SessionEvent, SessionState, UnderstoodIntent
from streams.errors import NoSuchSession, NoWords
from streams.tape.recording import Log


@dataclass(frozen=True)
class Steering:
    """A session whose compass is read, and turned."""

    tape: Tape
    listener_id: str
    session_id: str
    space: str
    words: Mapping[str, Array]
    """The vocabulary of the space: what directions are named by."""
    refused: tuple[Refused, ...]
    """Events of the log that the ranker refused."""

    @property
    def session(self) -> SessionState:
        """The session as it stands."""
        return self.tape.session(self.listener_id, self.session_id)

    def compasses(self, most: int = 8) -> dict[str | None, Compass]:
        """Return the compass of each member, or of the one listener, by None.

        A group's score is no single direction under every rule, so each member keeps their own.

        Parameters
        ----------
        most : words named each way

        """
        models = self.tape.preferences(self.listener_id, self.session_id)
        return {
            member: compass_of(model.weights, self.words, most=most)
            for member, model in models.items()
        }

    def strengths(self) -> dict[str | None, dict[str, float]]:
        """Return how strongly each member leans toward every word, in log-odds."""
        models = self.tape.preferences(self.listener_id, self.session_id)
        return {
            member: {one.word: one.strength for one in leanings_of(model.weights, self.words)}
            for member, model in models.items()
        }

    def edit(
        self, less: Sequence[str], more: Sequence[str], event_id: str, at: datetime
    ) -> UnderstoodIntent:
        """Return the event that an edit is; `turn` shows what it does.

        Raises
        ------
        UnknownWord
            The space has no such word.
        pydantic.ValidationError
            There is no word, or there are more than an intent may hold.

        """
        clauses = edit_of(less, more, self.words)
        return UnderstoodIntent(
            event_id=event_id,
            listener_id=self.listener_id,
            session_id=self.session_id,
            occurred_at=at,
            text=", ".join(clause.text for clause in clauses),
            space=self.space,
            clauses=clauses,
        )

    def turn(self, edit: SessionEvent) -> None:
        """Fold an edit into the session; raises RankerError where the ranker refuses it."""
        self.tape.accept(edit)


def steering_of(
    log: Log,
    space: str,
    config: RankerConfig = RankerConfig(),
    sequence: SequenceModel | None = None,
    *,
    until: int | None = None,
    listener: str | None = None,
    session: str | None = None,
) -> Steering:
    """Return the session that had the last event of those asked for, after `until` events.

    Parameters
    ----------
    space : hash of the space to rank in
    config, sequence : what the session is ranked by
    until : events of the log that are read; default all
    listener, session : whose session, and which; default any

    Raises
    ------
    NoWords
        The log has no words of the space.
    NoSuchSession
        It has no such session either.

    """
    words = log.words(space)
    if not words:
        raise NoWords(space)
    tape = Tape(log.library(space), config, sequence)
    last: SessionEvent | None = None
    refused = []
    for event in log.events[:until]:
        try:
            tape.accept(event)
        except RankerError as error:
            refused.append(Refused(event, str(error)))
            continue
        if listener in (None, event.listener_id) and session in (None, event.session_id):
            last = event
    if last is None:
        raise NoSuchSession(listener, session)
    return Steering(tape, last.listener_id, last.session_id, space, words, tuple(refused))
