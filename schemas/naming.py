"""A name of ours -> the same on servers that tenants share: `acme.playback-events`.

One process serves one tenant for as long as it runs, so the tenant is read once, here. Importing
this raises `schemas.tenant.UnfitTenant` where `UPNEXT_TENANT` is malformed or reserved.
"""

import os

from schemas.tenant import TENANT_VARIABLE, checked

TENANT = checked(os.environ.get(TENANT_VARIABLE, ""))
"""Whom this process serves; '' where there are no tenants."""

_PREFIX = f"{TENANT}." if TENANT else ""


def named(plain: str) -> str:
    """Return what a topic, group, transactional id or collection is called on its server."""
    return _PREFIX + plain


def plain(name: str) -> str:
    """Return a name without this process's tenant: what files call it, which outlive tenants."""
    return name.removeprefix(_PREFIX)
