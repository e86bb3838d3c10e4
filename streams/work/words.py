"""What a listener said is taken apart and encoded by the text tower."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from embedder.space import Space
from ranker.language.names import Names
from schemas import Intent
from schemas.topics import INTENTS, UNDERSTOOD_INTENTS, Topic
from streams import metrics
from streams.codecs import admit, decode
from streams.letters.dead_letters import FAULTS, reject
from streams.speech.understanding import understand
from streams.work.messages import Message, Output


class Words:
    """What the words worker does; 10 ms for each subject that the text tower has not met.

    Parameters
    ----------
    space : encodes what was said
    names : returns the newest snapshot of what the catalogue's tracks are called
    tolerance : how far a player's clock may run ahead of the broker's
    clock : seconds since 1970

    """

    name = "words"
    sources: tuple[Topic, ...] = (INTENTS,)

    def __init__(
        self,
        space: Space,
        names: Callable[[], Names],
        *,
        tolerance: timedelta = timedelta(minutes=5),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._space = space
        self._names = names
        self._tolerance = tolerance
        self._clock = clock

    def take(self, message: Message) -> Output:
        """Return the understood intent, or the dead letter."""
        try:
            intent = admit(
                decode(Intent, message.value), message.key, message.sent_at, self._tolerance
            )
            with metrics.PARSE_SECONDS.time():
                answer = understand(intent, self._space, self._names())
        except FAULTS as error:
            now = datetime.fromtimestamp(self._clock(), UTC)
            return reject(message, error, now, kind=message.topic)
        metrics.EVENTS.labels("intent", "folded").inc()
        for clause in answer.clauses:
            metrics.CLAUSES.labels(clause.grounding).inc()
        return Output(UNDERSTOOD_INTENTS.name, message.key, answer.encode())
