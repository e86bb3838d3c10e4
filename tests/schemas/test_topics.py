import re

from schemas.topics import REJECTED_EVENTS, TOPICS


def test_every_topic_has_a_name_of_its_own_in_kebab_case() -> None:
    names = [topic.name for topic in TOPICS]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


def test_a_topics_key_is_a_field_or_property_that_every_record_of_it_has() -> None:
    for topic in TOPICS:
        if topic is not REJECTED_EVENTS:
            field = topic.record.model_fields.get(topic.key)
            assert field.is_required() if field else hasattr(topic.record, topic.key), topic.name


def test_only_rejected_events_keep_the_key_they_came_with() -> None:
    assert [topic for topic in TOPICS if not topic.key] == [REJECTED_EVENTS]


def test_everything_about_a_listener_shares_a_key() -> None:
    for topic in TOPICS:
        if "listener_id" in topic.record.model_fields:
            assert topic.key == "listener_id", topic.name


def test_a_compacted_topic_is_one_whose_key_names_a_thing() -> None:
    assert {topic.key for topic in TOPICS if topic.compacted} == {"track_id", "key"}
