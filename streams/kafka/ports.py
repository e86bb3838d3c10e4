"""TCP ports of the loopback interface."""

import socket

from streams.errors import PortTaken

LOOPBACK = "127.0.0.1"

KAFKA_PORT, METRICS_PORT = "UPNEXT_KAFKA_PORT", "UPNEXT_METRICS_PORT"
"""The settings that say where our servers listen."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, setting: str = KAFKA_PORT) -> None:
    """Return if a server can listen on a port; raises PortTaken, which names the setting."""
    with socket.socket() as probe:
        # As servers do: connections of a server that has just ended do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise PortTaken(port, setting) from None


def listening(port: int) -> bool:
    """Say whether a server accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
