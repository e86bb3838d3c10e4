"""What a tenant may be called: a part of names on the broker, and nothing that is there already."""

import re

TENANT_VARIABLE = "UPNEXT_TENANT"

RESERVED = frozenset(
    {
        # What a deployment without a tenant has, which the broker's rules may name by a prefix.
        *("playback-events", "intents", "session-commands", "understood-intents"),
        *("playlist-updates", "catalogue-tracks", "track-vectors", "text-vectors"),
        *("rejected-events", "erasures", "tracks", "texts"),
        # Whose names others make, and what a template leaves where it was given nothing.
        *("faust", "kafka", "qdrant", "none", "null"),
    }
)
"""Names that would be mistaken for something else; so would `upnext` and all that begin with it."""

_OWN = re.compile(r"upnext(-.*)?")
_FIT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""No '.', which separates; no '_', for Kafka's metrics write it for a '.'."""


class UnfitTenant(ValueError):
    """A tenant cannot be called so."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"a tenant cannot be called {name!r}: {reason}")
        self.name = name


def checked(name: str) -> str:
    """Return a tenant's name as it came; '' for no tenant.

    >>> checked("acme")
    'acme'

    Raises
    ------
    UnfitTenant
        It is malformed or reserved.

    """
    if not name:
        return name
    if not _FIT.fullmatch(name):
        raise UnfitTenant(
            name,
            "use 1 to 32 of a-z, 0-9 and '-', with a letter or a digit first; "
            f"or leave {TENANT_VARIABLE} empty for no tenant",
        )
    if name in RESERVED or _OWN.fullmatch(name):
        raise UnfitTenant(
            name,
            "it is reserved, for it would be mistaken for a name that is not the tenant's; "
            f"choose another, or leave {TENANT_VARIABLE} empty for no tenant",
        )
    return name
