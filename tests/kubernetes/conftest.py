"""What the chart renders, by the real helm; where it cannot be had, these tests are skipped and say why."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HELM = ROOT / ".tools/check/bin/helm"
Objects = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="session")
def render() -> Callable[..., Objects]:
    """Give a way to render the chart with values, as objects by kind and name."""
    if not HELM.is_file():
        made = subprocess.run(
            ["make", "--silent", str(HELM.relative_to(ROOT))], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"helm is not to be had here: {made.stderr[-300:]}")
    return _rendered


@cache
def _rendered(*values: str) -> Objects:
    words = [word for value in values for word in ("--set", value)]
    command = [HELM, "template", "mediamill", ROOT / "k8s/mediamill", "--values", ROOT / "k8s/checks/all-on.yaml"]
    text = subprocess.run([*command, *words], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]
    return {(one["kind"], one["metadata"]["name"].removeprefix("mediamill-")): one for one in found}
