"""Settings -> the broker to talk to."""

from collections.abc import Iterator
from contextlib import contextmanager

from streams.errors import OTHER_BROKER, BrokerUnavailable
from streams.kafka.home import Home
from streams.kafka.jars import Say
from streams.settings import EMBEDDED, Settings


def bootstrap_of(settings: Settings) -> str:
    """Return the address of the broker, without starting one.

    Raises
    ------
    BrokerUnavailable
        It should be the embedded one, and none runs on this state folder.

    """
    if settings.broker != EMBEDDED:
        return settings.broker
    running = Home(settings.state_folder).running()
    if running is None:
        raise BrokerUnavailable(
            EMBEDDED,
            f"none runs on {settings.state_folder}; start it with 'upnext up', or {OTHER_BROKER}",
        )
    return running.bootstrap


@contextmanager
def broker_for(settings: Settings, *, say: Say = lambda _: None) -> Iterator[str]:
    """Yield the address of the broker; the embedded one is started, or joined where it runs.

    Raises what `embedded_broker` raises.
    """
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    if settings.broker != EMBEDDED:
        yield settings.broker
        return
    from streams.kafka.embedded import embedded_broker

    with embedded_broker(settings, say) as bootstrap:
        yield bootstrap
