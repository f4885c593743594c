"""What the chart and the compose file come to, by the real programs; where they cannot be had, tests are skipped."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools/check/bin"
Objects = dict[tuple[str, str], dict[str, Any]]
SECRETS = {"POSTGRES_PASSWORD": "a", "MEDIAMILL_SECRET": "b", "STORE_SECRET_KEY": "c", "GRAFANA_PASSWORD": "d"}


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of helm and docker-compose, which `make check` installs too."""
    if not (TOOLS / "helm").is_file():
        made = subprocess.run(
            ["make", "--silent", ".tools/check/bin/helm"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"helm and docker-compose are not to be had here: {made.stderr[-300:]}")
    return TOOLS


@pytest.fixture(scope="session")
def render(tools: Path) -> Callable[..., Objects]:
    """Give a way to render a chart with values, as objects by kind and name."""
    return _rendered


@pytest.fixture(scope="session")
def compose(tools: Path) -> Callable[..., dict[str, Any]]:
    """Give a way to have the compose file read with profiles."""
    return _composed


@cache
def _rendered(*values: str, chart: Path = ROOT / "k8s/mediamill") -> Objects:
    words = [word for value in values for word in ("--set", value)]
    command = [TOOLS / "helm", "template", "mediamill", chart, "--values", ROOT / "k8s/checks/all-on.yaml"]
    text = subprocess.run([*command, *words], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]
    return {(one["kind"], one["metadata"]["name"].removeprefix("mediamill-")): one for one in found}


@cache
def _composed(*profiles: str, root: Path = ROOT) -> dict[str, Any]:
    env = {**os.environ, **SECRETS, "COMPOSE_PROFILES": ",".join(profiles)}
    command = [TOOLS / "docker-compose", "--project-directory", root, "--file", root / "docker-compose.yml", "config"]
    said = subprocess.run([*command, "--format", "json"], check=True, env=env, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found
