"""The command `upnext`: stdout is data, stderr is talk; exit 0 done, 1 failed, 2 used wrongly."""

from streams.cli.app import main

__all__ = ["main"]
