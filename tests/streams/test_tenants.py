"""Two tenants on one broker have the same listener and session, and nothing else in common."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from pydantic import ValidationError

from streams.errors import NullValue
from streams.kafka.admin import create_topics, list_topics
from streams.kafka.broker import broker_for
from streams.letters.dead_letters import letter_of
from streams.letters.rejected import Letter, Place, Wanted
from streams.settings import Settings
from streams.work.messages import Message
from streams.work.tables import ROWS
from tests.streams.tenant import TRACKS

NAMES = """
from pathlib import Path
from streams.agents.app import build_app
from streams.agents.qdrant_view import FILTERED
from streams.groups import CLIENT_ID, group_of
from streams.letters.rejected import Letter, Place, Wanted
from streams.settings import Settings
from streams.transactions.clients import Identity
from streams.transactions.topics import CHANGELOGS

settings = Settings(state_folder=Path("state"), worker_name="w1")
app = build_app("sessions", settings, overlap=1)
print(
    app.conf.id,
    app.conf.broker_client_id,
    app.Table("sessions", partitions=1).changelog_topic.topics[0],
    *(topic.name for topic in CHANGELOGS.values()),
    *(group_of(worker, "0c1f") for worker in ("sessions", "words", "index", "embed")),
    Identity.of("sessions", settings).transactional_id,
    CLIENT_ID,
    *FILTERED,
    app.conf.datadir.relative_to(Path.cwd()),
    settings.tenant_folder.relative_to(Path.cwd()),
    sep="\\n",
)
"""
"""What a process is known by, to others and on the disk, beyond its topics."""


@dataclass(slots=True)
class Tenant:
    """A tenant's process."""

    name: str
    process: subprocess.Popen[str]

    def call(self, *call: str) -> Any:
        """Have it do something, and return what came of it."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"{self.name} has ended"
        return json.loads(line)

    def tracks(self, *numbers: int) -> list[str]:
        return [f"{self.name}-bench-{number:04d}" for number in numbers]


@dataclass(frozen=True, slots=True)
class World:
    """A broker with the topics of a deployment without a tenant, and two tenants on it."""

    settings: Settings
    acme: Tenant
    bolt: Tenant
    logs: dict[str, list[str]]


def started(name: str, settings: Settings) -> Tenant:
    """Start a tenant's process; it says something when it serves."""
    command = [sys.executable, "-m", "tests.streams.tenant"]
    process = subprocess.Popen(
        [*command, str(settings.state_folder), settings.engine],
        env={**os.environ, "UPNEXT_TENANT": name},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Tenant(name, process)


ENGINES = ["faust", pytest.param("transactions", marks=pytest.mark.slow)]
"""Five processes come up for each; what differs are names, which have a test of their own."""


@pytest.fixture(scope="module", params=ENGINES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    settings = Settings(
        state_folder=tmp_path_factory.mktemp("tenants"),
        engine=request.param,
        kafka_port=0,
        partitions=1,
    )
    with broker_for(settings) as bootstrap:
        create_topics(settings.model_copy(update={"broker": bootstrap}))
        tenants = [started(name, settings) for name in ("acme", "bolt")]
        try:
            logs = {tenant.name: tenant.answer() for tenant in tenants}
            yield World(settings.model_copy(update={"broker": bootstrap}), *tenants, logs)
        finally:
            for tenant in tenants:
                tenant.process.communicate(timeout=30)


@pytest.mark.kafka
def test_each_follows_its_own_acts_with_its_own_tracks_and_forgets_its_own_listener(
    world: World,
) -> None:
    acme, bolt = world.acme, world.bolt
    acme.call("start", *acme.tracks(0, 1, 2))
    bolt.call("start", *bolt.tracks(0, 1, 2))

    acts = ((1, "completed"), (2, "skipped"))
    ours = [acme.call("play", *acme.tracks(number), action) for number, action in acts]
    theirs = bolt.call("play", *bolt.tracks(2), "completed")

    # Neither counts what the other's listener of that name did, nor ranks the other's tracks.
    assert (ours[-1]["revision"], theirs["revision"]) == (3, 2)
    assert {each["event"] for each in ours} <= set(ours[-1]["causes"])
    assert set(ours[-1]["queue"]) == {*acme.tracks(0, *range(3, TRACKS))}
    assert set(theirs["queue"]) == {*bolt.tracks(0, 1, *range(3, TRACKS))}
    assert set(theirs["read"]) == {"bolt.session-commands", "bolt.playback-events"}

    # Files know no tenants: what one recorded, any can replay.
    assert acme.call("recorded") == ["playback-events", "session-commands", "track-vectors"]

    assert acme.call("forget") == {"sessions": 1, "events": 3}
    again = bolt.call("play", *bolt.tracks(3), "completed")

    assert again["revision"] == 3
    assert {theirs["event"], again["event"]} <= set(again["causes"])


@pytest.mark.kafka
def test_all_that_a_tenant_has_on_the_broker_and_the_disk_bears_its_name(world: World) -> None:
    state = world.settings.state_folder
    admin = AdminClient({"bootstrap.servers": world.settings.bootstrap})
    groups = {group.group_id for group in admin.list_consumer_groups().result().valid}
    topics = {name for name in admin.list_topics().topics if not name.startswith("__")}
    ours = {state.name for state in list_topics(world.settings)}

    suffix = "-transactions" if world.settings.engine == "transactions" else ""
    assert groups == {f"{tenant}.upnext-sessions{suffix}" for tenant in ("acme", "bolt")}
    for group, asked in admin.describe_consumer_groups([*groups]).items():
        assert {m.client_id for m in asked.result().members} == {f"{group.split('.')[0]}.upnext"}
    parts = {tenant: {n for n in topics if n.startswith(f"{tenant}.")} for tenant in world.logs}
    assert topics == ours | parts["acme"] | parts["bolt"]
    assert {name.removeprefix("acme.") for name in parts["acme"]} > ours
    assert all(state.messages == 0 for state in list_topics(world.settings))
    assert {path.name for path in state.iterdir()} == {"kafka", "kafka.log", "tenants"}
    for tenant, logs in world.logs.items():
        assert logs == [str(state / "tenants" / tenant / "logs" / "sessions.log")]


def test_whatever_a_process_is_known_by_begins_with_its_tenant(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "UPNEXT_TENANT": "acme", "PYTHONPATH": root}
    asked = [sys.executable, "-c", NAMES]
    *names, datadir, folder = subprocess.check_output(
        asked, text=True, env=environment, cwd=tmp_path
    ).split()

    assert [name.removeprefix("acme.") for name in names if name.startswith("acme.")] == [
        "upnext-sessions",
        "upnext",
        "upnext-sessions-sessions-changelog",
        *(f"upnext-sessions-transactions-{table}-changelog" for table in ROWS),
        *("upnext-sessions", "upnext-words", "upnext-index", "upnext-embed-0c1f"),
        "upnext-sessions-transactions-sessions-w1",
        "upnext",
        *("tracks", "texts"),
    ]
    assert (folder, datadir) == ("state/tenants/acme", "state/tenants/acme/faust/sessions/w1")


def test_dead_letters_are_found_by_the_topic_with_its_tenant_or_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("schemas.naming._PREFIX", "acme.")
    message = Message("acme.intents", 0, 7, b"ann", None, 0.0)
    event = letter_of(message, NullValue("intent"), datetime(2026, 11, 21, tzinfo=UTC))
    letter = Letter(Place(0, 1), b"ann", event)

    asked = ("acme.intents", "intents", "erasures")

    assert [name for name in asked if Wanted(topic=name)(letter)] == ["acme.intents", "intents"]


def test_a_process_serves_nobody_but_the_tenant_that_it_was_started_for() -> None:
    with pytest.raises(ValidationError, match="'acme' is not whom.*'no tenant'.*UPNEXT_TENANT"):
        Settings(tenant="acme")


@pytest.mark.parametrize(
    ("tenant", "says"), [("Acme", "use 1 to 32 of a-z"), ("intents", "it is reserved")]
)
def test_an_unfit_tenant_is_a_usage_error_of_one_line(tenant: str, says: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "streams", "doctor"],
        capture_output=True,
        text=True,
        env={**os.environ, "UPNEXT_TENANT": tenant},
        cwd=Path(__file__).parents[2],
    )

    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"upnext: UPNEXT_TENANT: a tenant cannot be called {tenant!r}: {says}")
