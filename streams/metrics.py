"""Workers' Prometheus metrics, in base units; no label ever names a listener or a track."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

EVENTS = Counter(
    "upnext_events_total",
    "Records taken from Kafka, by kind (an action, a command, words, a track, a vector) and result "
    "(folded, duplicate, removed, embedded, moved, known, rejected, expired, erased, or unheard: "
    "words of another space than the one that ranks; of a rejected one the kind is its topic).",
    ["kind", "result"],
)
REJECTED = Counter("upnext_rejected_total", "Dead letters written, by class of error.", ["error"])
STEP_SECONDS = Histogram(
    "upnext_step_seconds", "Time to fit a session's model and rank its queue.", buckets=_SECONDS
)
EVENT_TO_UPDATE_SECONDS = Histogram(
    "upnext_event_to_update_seconds",
    "From the broker's timestamp of an event, of a burst the first, to the hand-over of its update "
    "to the producer.",
    buckets=_SECONDS,
)
REFITS = Counter("upnext_refits_total", "Session models fitted, by model.", ["model"])
SESSIONS = Gauge("upnext_sessions", "Sessions in this worker's table.")
ROW_BYTES = Histogram(
    "upnext_row_bytes",
    "Size of a row as it is written to the changelog, by table (sessions, listeners, erased).",
    ["table"],
    buckets=(256, 1024, 4096, 16_384, 65_536, 262_144),
)
LIBRARY_TRACKS = Gauge("upnext_library_tracks", "Tracks this worker can rank.")
LAG = Gauge("upnext_lag_events", "Events waiting in this worker's partitions, by topic.", ["topic"])
PARSE_SECONDS = Histogram(
    "upnext_words_seconds", "Time to take an intent apart and encode it.", buckets=_SECONDS
)
EMBED_SECONDS = Histogram(
    "upnext_embed_seconds",
    "Time to read and embed one track.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0),
)
CLAUSES = Counter("upnext_clauses_total", "Clauses understood, by grounding.", ["grounding"])
READY = Gauge("upnext_ready", "1 from when this worker has recovered and takes events.")
BREAKER_OPEN = Gauge(
    "upnext_breaker_open",
    "1 while a server that kept failing is left alone, by server.",
    ["server"],
)
DEGRADED = Counter(
    "upnext_degraded_total", "Updates that are less than they should be, by reason.", ["reason"]
)
