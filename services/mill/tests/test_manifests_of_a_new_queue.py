"""A queue added as one folder is in the generated files, with no other file edited."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest
import yaml

from mediamill.queues.registry import Queue, discover
from mill.manifests.files import render

NEW = "sculpture"


def test_a_copied_folder_with_another_name_is_served_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = discover().queues
    _install_copy(_smallest(before.values()), tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    after = discover().queues
    files = render(queue.manifest for queue in after.values())

    assert set(after) - set(before) == {NEW}
    assert set(files) - set(render(queue.manifest for queue in before.values())) == {
        PurePosixPath(f"deploy/grafana/queue-{NEW}.json"),
        PurePosixPath(f"deploy/prometheus/rules/queue-{NEW}.yml"),
    }
    assert NEW in yaml.safe_load(files[PurePosixPath("k8s/mediamill/values.queues.yaml")])["queues"]
    assert f"worker-{NEW}" in yaml.safe_load(files[PurePosixPath("deploy/compose/queues.yml")])["services"]


def _folder(queue: Queue) -> Path:
    spec = importlib.util.find_spec(queue.package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


def _smallest(queues: Iterable[Queue]) -> Queue:
    return min(queues, key=lambda queue: sum(path.stat().st_size for path in _folder(queue).rglob("*.py")))


def _install_copy(queue: Queue, site: Path) -> None:
    """Lay the folder and its entry point as an installer would."""
    folder = site / "mediamill_media" / NEW
    shutil.copytree(_folder(queue), folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*folder.rglob("*.py"), folder / "queue.toml"]:
        text = path.read_text("utf-8").replace(queue.package, f"mediamill_media.{NEW}")
        path.write_text(re.sub(rf'"{queue.name}(?=["._])', f'"{NEW}', text), "utf-8")
    facts = site / f"mediamill_queue_{NEW}-0.1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mediamill-queue-{NEW}\nVersion: 0.1.0\n", "utf-8")
    (facts / "entry_points.txt").write_text(f"[mediamill.queues]\n{NEW} = mediamill_media.{NEW}\n", "utf-8")
