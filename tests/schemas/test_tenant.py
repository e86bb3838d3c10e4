"""What a tenant may be called, and that everything of theirs is called after them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.naming import TENANT, named, plain
from schemas.tenant import UnfitTenant, checked
from schemas.topics import TOPICS

NAMES = "import schemas.topics as t; print(*(topic.name for topic in t.TOPICS), sep='\\n')"


def names_of(tenant: str) -> list[str]:
    """Return the names of all topics, as a process of a tenant has them."""
    asked = [sys.executable, "-c", NAMES]
    environment = {"UPNEXT_TENANT": tenant}
    return subprocess.check_output(asked, text=True, env=environment).split()


def test_without_a_tenant_a_name_is_as_it_is() -> None:
    assert TENANT == ""
    assert [topic.name for topic in TOPICS] == [topic.plain for topic in TOPICS]
    assert named("intents") == plain("intents") == "intents"


def test_every_topic_of_a_tenant_begins_with_the_tenant() -> None:
    assert names_of("acme") == [f"acme.{topic.plain}" for topic in TOPICS]


@pytest.mark.parametrize("name", ["", "a", "7", "acme", "acme-eu-1", "0-0", "a" * 32])
def test_a_tenant_may_be_called(name: str) -> None:
    assert checked(name) == name


@pytest.mark.parametrize(
    "name", ["Acme", "ac me", "acme.eu", "acme_eu", "-acme", "__acme", "a" * 33, "acme\n", "ácme"]
)
def test_a_malformed_name_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(UnfitTenant) as refused:
        checked(name)

    assert repr(name) in str(refused.value)
    assert "1 to 32 of a-z, 0-9 and '-'" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["upnext", "upnext-eu", "faust", "kafka", "null", *(topic.plain for topic in TOPICS)]
)
def test_a_reserved_name_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(UnfitTenant, match=f"'{name}': it is reserved.*choose another"):
        checked(name)


FIT = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
PLAIN = st.sampled_from([topic.plain for topic in TOPICS]) | FIT


@given(one=FIT, other=FIT, name=PLAIN, another=PLAIN)
def test_no_two_tenants_share_a_name_even_where_a_dot_counts_as_an_underscore(
    one: str, other: str, name: str, another: str
) -> None:
    ours, theirs = (f"{t}.{n}".replace(".", "_") for t, n in ((one, name), (other, another)))

    assert (ours == theirs) is ((one, name) == (other, another))
    assert ours != name
