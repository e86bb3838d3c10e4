"""The command `upnext`: stdout is data, stderr is talk; exit 0 done, 1 failed, 2 used wrongly."""

import sys

import typer

from schemas.tenant import TENANT_VARIABLE, UnfitTenant

__all__ = ["main"]


def main() -> None:
    """Run the command; what is named after the tenant is imported only now."""
    try:
        from streams.cli.app import main as run
    except UnfitTenant as error:
        typer.echo(f"upnext: {TENANT_VARIABLE}: {error}", err=True)
        sys.exit(2)
    run()
