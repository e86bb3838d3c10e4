"""The gateway's Prometheus metrics, in base units; no label ever names a listener or a session."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Counter(
    "upnext_gateway_requests_total",
    "Requests answered, by route (its template) and status.",
    ["route", "status"],
)
ACCEPT_SECONDS = Histogram(
    "upnext_gateway_accept_seconds",
    "From the arrival of an event to the broker's acknowledgement.",
    buckets=_SECONDS,
)
IN_FLIGHT = Gauge("upnext_gateway_in_flight", "Records that wait for the broker's acknowledgement.")
FOLLOWERS = Gauge("upnext_gateway_followers", "Connections that follow a session.")
CONFLATED = Counter(
    "upnext_gateway_conflated_total",
    "Updates that a slow reader did not get, because a newer one came first.",
)
STUCK = Counter(
    "upnext_gateway_stuck_total", "Connections that were closed because nothing was read from them."
)
SESSIONS = Gauge("upnext_gateway_sessions", "Sessions whose newest update this gateway holds.")
HELD_BYTES = Gauge("upnext_gateway_held_bytes", "Size of the updates that this gateway holds.")
