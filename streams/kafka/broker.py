"""Settings -> the broker to talk to."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streams.errors import OTHER_BROKER, BrokerFailed, BrokerUnavailable
from streams.kafka.home import Home
from streams.kafka.jars import Say
from streams.settings import EMBEDDED, Settings

log = logging.getLogger(__name__)


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


def complain(error: BrokerFailed) -> None:
    """Write to the log that the embedded broker is gone for good."""
    log.critical("%s", error)


@contextmanager
def broker_for(
    settings: Settings,
    *,
    say: Say = lambda _: None,
    gave_up: Callable[[BrokerFailed], None] = complain,
) -> Iterator[str]:
    """Yield the address of the broker; the embedded one is started, or joined where it runs.

    While the context is open, an embedded broker that this process has started and that ends is
    started again, on its data and under its address.

    Parameters
    ----------
    gave_up : told, in another thread, when it keeps ending and is not started again

    Raises what `embedded_broker` raises.
    """
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    if settings.broker != EMBEDDED:
        yield settings.broker
        return
    from streams.kafka.embedded import embedded_broker

    with embedded_broker(settings, say, gave_up) as bootstrap:
        yield bootstrap
