"""The gateway's parts, put together from the settings; routes are given all of it."""

import asyncio
import ipaddress
import logging
from datetime import timedelta
from functools import partial
from pathlib import Path

import catalogue
from embedder.manifest import Manifest, folder_of
from schemas.topics import INTENTS, PLAYBACK_EVENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS
from streams.errors import OpenToAll
from streams.gateway.access import LOOPBACK, Access
from streams.gateway.history import History
from streams.gateway.hub import GRACE_SECONDS, Hub
from streams.gateway.intake import Intake
from streams.gateway.keys import KeyRing
from streams.gateway.library import Shelf, Vocabulary, WordSearch
from streams.gateway.limits import Pace, Seats
from streams.gateway.outbox import Outbox
from streams.gateway.tokens import Signer, kept_secret
from streams.metrics import READY
from streams.settings import Settings
from streams.workers import load_space

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
SHIPPED_AUDIO = Path(catalogue.__file__).parent / "audio"
WRITTEN = (PLAYBACK_EVENTS, INTENTS, SESSION_COMMANDS, UNDERSTOOD_INTENTS)
"""Topics that the gateway writes to."""


class Gateway:
    """What answers requests; belongs to one event loop from `start` to `stop`.

    Parameters
    ----------
    settings : with the address of a broker that runs
    grace_seconds : how long to wait for a session of which nothing is known

    Raises
    ------
    OpenToAll
        There are no keys, and others than this machine could reach it.
    UnreadableKeys
        The file of keys cannot be read.
    NotASpace
        The settings name a space that is not there.

    """

    def __init__(self, settings: Settings, *, grace_seconds: float = GRACE_SECONDS) -> None:
        if settings.gateway_keys is None and not is_loopback(settings.gateway_host):
            raise OpenToAll(settings.gateway_host)
        self.settings = settings
        manifest = Manifest.read(folder_of(settings.space))
        bootstrap = settings.bootstrap
        self.space = manifest.hash
        self.signer = Signer(_secret(settings), settings.tenant)
        self.access = access_of(settings, self.signer)
        self.outbox = Outbox(bootstrap, most=settings.gateway_in_flight)
        self.history = History()
        self.intake = Intake(
            self.outbox, self.history, future=timedelta(seconds=settings.future_seconds)
        )
        self.hub = Hub(
            bootstrap,
            erasure_key=settings.erasure_key.get_secret_value().encode(),
            most_bytes=settings.gateway_memory,
            grace_seconds=grace_seconds,
        )
        self.seats = Seats(settings.gateway_followers)
        self.shelf = Shelf(
            bootstrap,
            space=manifest.hash,
            dimension=manifest.dimension,
            folders=settings.gateway_music or (SHIPPED_AUDIO,),
        )
        self.vocabulary = Vocabulary(bootstrap, manifest.hash)
        self.search = WordSearch(partial(load_space, settings.space))
        self.is_stopping = False

    async def start(self) -> None:
        """Begin; returns when the tracks are known and records can be sent.

        Raises
        ------
        BrokerUnavailable
            The broker does not answer.

        """
        self.outbox.start(*WRITTEN)
        self.hub.start()
        await asyncio.to_thread(self.shelf.start)
        while not self.hub.is_ready:
            await asyncio.sleep(LOOK_SECONDS)
        READY.set(1)
        log.info("ready")

    @property
    def partitions(self) -> int:
        """How many partitions the topics have that listeners' records are in."""
        return self.outbox.partitions(SESSION_COMMANDS)

    async def stop(self) -> None:
        """Let go of everything."""
        self.say_goodbye()
        for part in (self.outbox, self.hub, self.shelf):
            await asyncio.to_thread(part.stop)
        self.vocabulary.close()

    def say_goodbye(self) -> None:
        """End the connections that follow sessions: they come back to the next gateway."""
        self.is_stopping = True
        self.hub.wake()

    @property
    def waits_for(self) -> list[str]:
        """What keeps the gateway from being of use now."""
        found = {
            "updates": self.hub.is_ready,
            "tracks": not self.shelf.is_stale,
            "broker": not self.outbox.is_behind,
            "shutdown": not self.is_stopping,
        }
        return [name for name, is_well in found.items() if not is_well]


def access_of(settings: Settings, signer: Signer) -> Access:
    """Return who is let in; raises UnreadableKeys."""
    path = settings.gateway_keys
    return Access(
        None if path is None else KeyRing(path, settings.tenant),
        signer,
        origins=settings.gateway_origins,
        key_pace=Pace(settings.gateway_rate),
        listener_pace=Pace(settings.gateway_listener_rate),
    )


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def _secret(settings: Settings) -> bytes:
    if settings.gateway_secret is not None:
        return settings.gateway_secret.get_secret_value().encode()
    return kept_secret(settings.tenant_folder / "gateway.secret")
