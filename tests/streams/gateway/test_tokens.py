"""A token says who and until when, and nobody else can make one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.tokens import Signer, Token, expiry, kept_secret

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
ANN = Token("ann", NOON + timedelta(hours=1))
SIGNER = Signer(b"secret", "")


def test_a_token_is_read_as_it_was_signed() -> None:
    assert SIGNER.read(SIGNER.sign(ANN), NOON) == ANN


def test_a_token_ends_when_it_says() -> None:
    signed = SIGNER.sign(ANN)

    assert SIGNER.read(signed, NOON + timedelta(minutes=59, seconds=59)) == ANN
    assert SIGNER.read(signed, NOON + timedelta(hours=1)) is None


def test_another_secret_and_another_tenant_know_nothing_of_it() -> None:
    signed = SIGNER.sign(ANN)

    assert Signer(b"other", "").read(signed, NOON) is None
    assert Signer(b"secret", "acme").read(signed, NOON) is None


def test_another_listener_written_into_a_token_is_a_forgery() -> None:
    payload, _, signature = SIGNER.sign(ANN).removeprefix("upt_").partition(".")
    claims = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).replace(b"ann", b"bob")

    forged = f"upt_{urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"

    assert SIGNER.read(forged, NOON) is None


@given(st.text())
def test_what_is_no_token_is_none(text: str) -> None:
    assert SIGNER.read(text, NOON) is None


@given(st.integers(0, 200), st.characters())
def test_a_token_with_one_character_changed_is_none(place: int, character: str) -> None:
    signed = SIGNER.sign(ANN)
    place %= len(signed)
    changed = signed[:place] + character + signed[place + 1 :]

    found = SIGNER.read(changed, NOON)

    assert found is None or changed == signed


def test_an_expiry_is_a_whole_second_and_never_beyond_time() -> None:
    assert expiry(NOON.replace(microsecond=5), 60) == NOON + timedelta(minutes=1)
    assert expiry(datetime(2099, 12, 31, tzinfo=UTC), 31_536_000).year == 2099


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "gateway.secret"

    secret = kept_secret(path)

    assert kept_secret(path) == secret
    assert len(secret) == 64
    assert path.stat().st_mode & 0o077 == 0
