"""Prometheus's own judge of its files."""

import shutil
import subprocess
from pathlib import Path

import pytest


def run_promtool(*arguments: str | Path) -> None:
    """Run promtool; its complaints are the failure. Skips where it is not installed."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; it comes with Prometheus")
    judged = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
