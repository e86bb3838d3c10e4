"""The TypeScript client, with what building it needs."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "clients" / "typescript"


def run(*command: str) -> str:
    """Run a command in the project; return what it prints."""
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed() -> Path:
    """Return the project, ready to build; skips where npm or its registry is not to be had."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    there = PROJECT / "node_modules" / ".package-lock.json"
    lock = PROJECT / "package-lock.json"
    if not there.exists() or there.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"npm ci failed: {done.stderr.strip()[-200:]}")
    return PROJECT
