"""Have topics begin a new file with the next record, so that the older ones can be removed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from schemas.topics import Topic
from streams.errors import BrokerUnavailable
from streams.groups import CLIENT_ID
from streams.kafka.topic_state import config_of
from streams.settings import Settings

ROLL_MS = 1_000
"""How old a file must be to be ended by a record: not less, or every record would have its own."""
ANSWER_SECONDS = 10.0


@contextmanager
def rolling(settings: Settings, topics: Iterable[Topic]) -> Iterator[None]:
    """Within the context, a record ends every file that is older than a second.

    Afterwards the files are as long as declared. Whoever dies within leaves many small files,
    which `upnext topics` shows; the next context ends it.

    Raises
    ------
    BrokerUnavailable
        The broker does not answer, or does not let us.

    """
    topics = tuple(topics)
    _set(settings.bootstrap, {topic.name: str(ROLL_MS) for topic in topics})
    try:
        yield
    finally:
        declared = {topic.name: config_of(topic, settings)["segment.ms"] for topic in topics}
        _set(settings.bootstrap, declared)


def _set(bootstrap: str, segment_ms: dict[str, str]) -> None:
    if not segment_ms:
        return
    resources = [
        ConfigResource(
            ConfigResource.Type.TOPIC,
            name,
            incremental_configs=[
                ConfigEntry("segment.ms", value, incremental_operation=AlterConfigOpType.SET)
            ],
        )
        for name, value in segment_ms.items()
    ]
    admin = AdminClient({"bootstrap.servers": bootstrap, "client.id": CLIENT_ID, "log_level": 0})
    try:
        asked = admin.incremental_alter_configs(resources, request_timeout=ANSWER_SECONDS)
        for future in asked.values():
            future.result()
    except KafkaException as error:
        raise BrokerUnavailable(bootstrap, error.args[0].str()) from None
