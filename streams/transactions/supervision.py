"""Clients that fail are replaced within the process; what only an operator can mend ends it."""

import logging
import random
from threading import Event
from time import monotonic

from confluent_kafka.admin import AdminClient, MemberDescription

from streams.errors import BrokerUnavailable, ClientFailed, NameTaken, Stalled, StreamsError
from streams.groups import CLIENT_ID
from streams.kafka.admin import answers
from streams.kafka.reading import QUIET
from streams.metrics import READY
from streams.settings import Settings
from streams.transactions.clients import Identity
from streams.transactions.driver import Driver, Held, Job
from streams.transactions.transaction import insist

log = logging.getLogger(__name__)

GIVE_UP_SECONDS = 300.0
"""How long a process tries to go on; what starts it again waits for the broker without end."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 2.0
"""Between two tries, doubled from the first to the longest, give or take half."""
ASK_SECONDS = 10.0
"""How long to wait for the group to say who its members are."""
SETTLE_SECONDS = 3.0
"""How long to ask again while a broker that has just started does not know its groups."""


def run_job(settings: Settings, job: Job, stop: Event) -> None:
    """Do a job until `stop` is set, with fresh clients whenever the old ones have failed.

    Rows in memory are kept meanwhile: a broker that restarts costs a second or two.

    Raises
    ------
    NameTaken
        Another process has the worker's name; to take it back would only be answered in kind.
    BrokerUnavailable
        Nothing could be committed for `GIVE_UP_SECONDS`.
    NotCopartitioned
        The topics do not fit together.

    """
    held = Held()
    while not stop.is_set():
        if error := _work(settings, job, held, stop):
            READY.set(0)
            log.warning("%s; going on with fresh clients", error)
            _await_broker(settings, held, error, stop)
            _require_name(settings, job, held)
    log.info("stopped")


def _work(settings: Settings, job: Job, held: Held, stop: Event) -> StreamsError | None:
    """Work with one generation of clients; return what made them useless, None at the end."""
    try:
        with Driver(settings, job, held, stop) as driver:
            driver.run()
    except (ClientFailed, Stalled) as error:
        # Without its frames, which would keep the clients alive.
        return error.with_traceback(None)
    return None


def _await_broker(settings: Settings, held: Held, error: StreamsError, stop: Event) -> None:
    """Return when the broker answers; raises BrokerUnavailable after `GIVE_UP_SECONDS`."""
    if held.stuck_since is None:
        held.stuck_since = monotonic()
    pause = FIRST_PAUSE_SECONDS
    while not stop.wait(pause * random.uniform(0.5, 1.5)) and not answers(settings.bootstrap):
        if monotonic() > held.stuck_since + GIVE_UP_SECONDS:
            reason = f"nothing was committed for {GIVE_UP_SECONDS:.0f} s, last: {error}"
            raise BrokerUnavailable(settings.bootstrap, reason)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _require_name(settings: Settings, job: Job, held: Held) -> None:
    """Raise NameTaken where the group knows another process under our name."""
    identity = Identity.of(job.work.name, settings)
    holder = _holder(settings.bootstrap, identity)
    if holder is not None and holder not in held.members:
        raise NameTaken(settings.worker_name, identity.group)


def _holder(bootstrap: str, identity: Identity) -> str | None:
    """Return the id of the member that has a name, None where there is none, or no answer."""
    admin = AdminClient(
        {"bootstrap.servers": bootstrap, "client.id": CLIENT_ID, "log_level": QUIET}
    )

    def ask(_: float) -> list[MemberDescription]:
        asked = admin.describe_consumer_groups([identity.group], request_timeout=ASK_SECONDS)
        members: list[MemberDescription] = asked[identity.group].result().members
        return members

    try:
        members = insist("asking who is in the group", ask, seconds=SETTLE_SECONDS)
    except (ClientFailed, Stalled) as error:
        log.info("%s; taken for alone under this name", error)
        return None
    named = (m.member_id for m in members if m.group_instance_id == identity.instance)
    return next(named, None)
