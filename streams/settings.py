"""Everything that differs between deployments, read once from the environment."""

import os
import re
import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ranker.config import RankerConfig
from schemas.naming import TENANT
from schemas.tenant import TENANT_VARIABLE, checked

EMBEDDED = "embedded"

_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}")

Port = Annotated[int, Field(ge=0, le=65_535)]


def _broker(value: str) -> str:
    addresses = value.split(",")
    if value != EMBEDDED and not all(map(_ADDRESS.fullmatch, addresses)):
        raise ValueError(f"{value!r} is neither 'embedded' nor host:port[,host:port]")
    return value


def _qdrant(value: str) -> str:
    if value != EMBEDDED and not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} is neither 'embedded' nor the http URL of a server")
    return value


def _tenant(name: str) -> str:
    if checked(name) != TENANT:
        raise ValueError(
            f"{name!r} is not whom this process serves, which is {TENANT or 'no tenant'!r}: names "
            f"are made once, so set {TENANT_VARIABLE} before a process starts, one for each tenant"
        )
    return name


def _absolute(path: Path) -> Path:
    """Return a path that means the same in every process."""
    return path.expanduser().absolute()


def _base(variable: str, default: str) -> Path:
    """Return a base folder of the XDG specification; a relative one counts as not set."""
    base = Path(os.environ.get(variable, ""))
    return base if base.is_absolute() else Path.home() / default


def _listed(separator: str) -> BeforeValidator:
    """Read a tuple from a text, as a variable of the environment holds one."""
    return BeforeValidator(
        lambda value: (
            tuple(filter(None, value.split(separator))) if isinstance(value, str) else value
        )
    )


def _host() -> str:
    return re.sub(r"[^a-zA-Z0-9._-]", "-", socket.gethostname())[:100] or "worker"


class Settings(BaseSettings):
    """`UPNEXT_BROKER`, `UPNEXT_RANKER__L2`, ...

    Unknown `UPNEXT_` variables are passed over: Kubernetes sets some of its own for a service
    called upnext.
    """

    model_config = SettingsConfigDict(
        env_prefix="UPNEXT_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
    )

    tenant: Annotated[str, AfterValidator(_tenant)] = TENANT
    """Whom this deployment serves: the prefix of all its names on the broker and in Qdrant; empty
    for no prefix. Several tenants share a broker, each with workers of its own."""
    broker: Annotated[str, AfterValidator(_broker)] = EMBEDDED
    """Kafka: `embedded`, or `host:port[,host:port]` of a cluster that runs already."""
    qdrant: Annotated[str, AfterValidator(_qdrant)] = EMBEDDED
    """Vector store: `embedded`, or the http URL of a Qdrant server."""
    engine: Literal["faust", "transactions"] = "faust"
    """What drives the sessions and words workers: Faust, or Kafka transactions."""
    space: str = "small"
    """Name, or folder, of the joint space."""
    least_coverage: float = Field(default=0.95, ge=0, le=1)
    """Share of the tracks that any space has, which `space` must have before a worker ranks in it:
    a half-filled space must not empty the queues, a few broken files must not stop a restart."""
    jobs: int = Field(default=1, ge=1, le=64)
    """Threads with which this process embeds; each needs a core of its own."""
    state_folder: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=lambda: _base("XDG_STATE_HOME", ".local/state") / "upnext"
    )
    """Where the embedded broker, Qdrant and the workers keep their data and logs. In the home
    folder, so that a second terminal finds the running system from wherever it is."""
    cache_folder: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=lambda: _base("XDG_CACHE_HOME", ".cache") / "upnext"
    )
    """Where downloads are kept (Apache Kafka, 44 MB); safe to delete while nothing runs."""
    partitions: int = Field(default=4, ge=1, le=1_000)
    """Partitions of each topic, which bounds how many workers share the load; fixed once the
    topics exist."""
    replication: int = Field(default=1, ge=1, le=9)
    """Copies of each topic; 3 on a cluster that must not lose data."""
    kafka_port: Port = 29_092
    """Port of the embedded broker, on the loopback interface; 0 takes any free one."""
    metrics_port: Port = 9_464
    """Port of a worker's Prometheus page; `upnext up` counts on from it, and 0 takes any."""
    worker_name: str = Field(default_factory=_host, pattern=r"^[a-zA-Z0-9._-]{1,100}$")
    """Unique among the workers of one kind, and the same after a restart, which then takes over
    its partitions without a rebalance; default the host's name."""
    session_timeout_seconds: float = Field(default=30.0, ge=6, le=300)
    """How long a silent worker keeps its partitions. One that is restarted within it takes them up
    again and nobody else notices; one that is gone for good leaves them alone for so long."""
    linger_seconds: float = Field(default=0.005, ge=0, le=1)
    """How long a worker's producer waits, in seconds, to send more records together."""
    future_seconds: float = Field(default=300.0, ge=0)
    """How far a player's clock may run ahead of the broker's, in seconds; later events are
    rejected."""
    listener_rate: float = Field(default=20.0, gt=0)
    """Events a second that one listener may send for long; more of them are rejected."""
    listener_burst: int = Field(default=1_000, ge=1)
    """Events that one listener may send at once, as after an hour without a network."""
    session_idle_days: float = Field(default=30.0, gt=0)
    """Days without an event after which a session is over: what it taught stays with its listener,
    its events leave the workers' tables. A month outlasts a holiday, and a player that was without
    a network as long; what it sends later is rejected."""
    retention_days: float | None = Field(default=None, gt=0)
    """Days that a new broker topic keeps what listeners did and what was answered; default for
    good on the embedded broker, and what the cluster says on another."""
    erasure_key: SecretStr = SecretStr("upnext")
    """Key of the hash that stands for an erased listener. Your own makes it useless to guess ids;
    the same for all workers and for good, or late events bring erased listeners back."""
    sequence: Path | None = None
    """File of a sequence model that `upnext train sequence` wrote; none by default."""
    gateway_host: str = "127.0.0.1"
    """Address that the gateway listens on; one that others reach needs `gateway_keys`."""
    gateway_port: Port = 8_080
    """Port of the gateway; 0 takes any."""
    gateway_keys: Annotated[Path, AfterValidator(_absolute)] | None = None
    """File of API keys that `upnext keys` writes; without, whoever is on this machine may do
    everything."""
    gateway_secret: SecretStr | None = None
    """What listeners' tokens are signed with, the same for all gateways; default a file in the
    state folder."""
    gateway_token_seconds: int = Field(default=86_400, ge=1, le=31_536_000)
    """How long a listener's token works, in seconds."""
    gateway_origins: Annotated[tuple[str, ...], NoDecode, _listed(",")] = ()
    """Origins of web pages that may call the gateway, `https://a.example,https://b.example`; by
    default none but its own."""
    gateway_music: Annotated[tuple[Path, ...], NoDecode, _listed(os.pathsep)] = ()
    """Folders whose audio the gateway serves, as PATH has them; default the shipped catalogue's."""
    gateway_rate: float = Field(default=2_000.0, gt=0)
    """Requests a second that one API key may make for long, and twice that at once."""
    gateway_listener_rate: float = Field(default=50.0, gt=0)
    """The same for one listener's token."""
    gateway_in_flight: int = Field(default=10_000, ge=1)
    """Records that may wait for the broker's acknowledgement before senders are told to wait."""
    gateway_memory: int = Field(default=268_435_456, ge=1_048_576)
    """Bytes of the newest updates that a gateway holds; of sessions that were not asked for longest
    it then knows nothing until they have another."""
    gateway_connections: int = Field(default=10_000, ge=1)
    """Connections that may be open at once; more are turned away."""
    gateway_followers: int = Field(default=20, ge=1)
    """Connections that may follow one listener at once."""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    ] = "info"
    """Least severe log lines to write."""
    ranker: RankerConfig = RankerConfig()
    """Hyperparameters of the ranker, `UPNEXT_RANKER__L2` and so on."""

    @property
    def tenant_folder(self) -> Path:
        """Where the tenant's own workers keep data and logs; the broker is in `state_folder`."""
        return self.state_folder / "tenants" / self.tenant if self.tenant else self.state_folder

    @property
    def bootstrap(self) -> str:
        """Where to connect: the cluster, or the embedded broker's usual address."""
        return self.broker if self.broker != EMBEDDED else f"127.0.0.1:{self.kafka_port}"
