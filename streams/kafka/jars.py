"""Apache Kafka's program: resolved and downloaded once, then found in the cache.

jgo's resolver is used without jgo's environments: those would fetch a second Java to sort the jars,
and take a download that broke off for a whole one.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from streams.errors import EmbeddedMissing, JarsUnavailable

VERSION = "4.1.1"
"""The newest that Faust's client was tested with."""

ENDPOINT = (
    f"org.apache.kafka:kafka_2.13:{VERSION}"
    # "!": log4j's parent would pull kafka-clients back to 3.8.
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.24.3!"
)

PARALLEL = 4
"""Downloads at once."""

Say = Callable[[str], None]


def kafka_jars(cache: Path, say: Say) -> Path:
    """Return the folder of Kafka's jars; the first time downloads 44 MB, some 12 s.

    Raises
    ------
    EmbeddedMissing
        jgo is not installed.
    JarsUnavailable
        They are not in the cache and cannot be downloaded.

    """
    jars = cache / f"kafka-{VERSION}"
    if jars.is_dir():
        return jars
    try:
        _download(jars, say)
    except (OSError, RuntimeError) as error:  # whatever jgo and requests raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise JarsUnavailable(cache, f"{reason:.200}") from error
    return jars


def _download(target: Path, say: Say) -> None:
    """Fill `target`, which appears only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".kafka-", dir=target.parent) as temporary:
        folder = Path(temporary)
        whole = folder / "jars"
        whole.mkdir()
        say(f"downloading Apache Kafka {VERSION} (44 MB, the first time only)")
        for jar in _resolved(folder / "repository", say):
            copyfile(jar, whole / jar.name)
        if not target.is_dir():  # else another process was faster
            whole.rename(target)


def _resolved(repository: Path, say: Say) -> Iterable[Path]:
    """Yield the jars of Kafka and of all it needs, downloaded into a Maven repository."""
    try:
        from jgo.maven import MavenContext
        from jgo.parse import Endpoint
    except ModuleNotFoundError as error:
        raise EmbeddedMissing(error.name or "jgo") from None
    context = MavenContext(repo_cache=repository)
    wanted = [context.create_dependency(c) for c in Endpoint.parse(ENDPOINT).coordinates]
    direct, transitive = context.resolver.resolve(wanted)
    artifacts = [dependency.artifact for dependency in (*direct, *transitive)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        jars = pool.map(lambda artifact: artifact.resolve(), artifacts)
        for number, jar in enumerate(jars, start=1):
            if number % 10 == 0 or number == len(artifacts):
                say(f"downloading Apache Kafka {VERSION}: {number} of {len(artifacts)} jars")
            yield jar
