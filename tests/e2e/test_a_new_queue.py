"""A new queue is one folder: a copy of the smallest one under another name is served, listed and run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mediamill_testing.stacks import running_stack

pytestmark = pytest.mark.xdist_group("new queue")

SERVICES = Path(__file__).parents[2] / "services"
OLD, NEW = "flow", "saga"


def copied(folder: Path) -> list[Path]:
    """Copy the queue under its new name and install it as an installer would: its source and its entry point."""
    source = folder / "services" / NEW
    shutil.copytree(SERVICES / OLD, source, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    (source / "src/mediamill_media" / OLD).rename(source / "src/mediamill_media" / NEW)
    for path in [source / "pyproject.toml", *(source / "src").rglob("*.py"), *(source / "src").rglob("*.toml")]:
        text = path.read_text()
        text = text.replace(f"mediamill_media.{OLD}", f"mediamill_media.{NEW}").replace(f"queue-{OLD}", f"queue-{NEW}")
        text = text.replace(f'"{OLD}"', f'"{NEW}"').replace(f'"{OLD}.', f'"{NEW}.').replace(f"\n{OLD} =", f"\n{NEW} =")
        path.write_text(text)
    site = folder / "site"
    info = site / f"mediamill_queue_{NEW}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mediamill-queue-{NEW}\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[mediamill.queues]\n{NEW} = mediamill_media.{NEW}\n")
    return [site, source / "src"]


def test_a_copied_folder_is_served_listed_and_run(tmp_path: Path) -> None:
    paths = copied(tmp_path)

    with running_stack(tmp_path, PYTHONPATH=":".join(map(str, paths))) as stack, stack.client() as client:
        kinds = {kind["kind"] for kind in client.get("/v1/kinds").json()["data"]}
        queues = {queue["queue"] for queue in client.get("/v1/queues").json()["data"]}
        ask = {"brief": "A cat on a boat.", "scenes": 1, "size": "240x240", "music": "off"}
        done = stack.ended(stack.submit(f"{NEW}.film", ask)["id"], 120)

    assert f"{NEW}.film" in kinds
    assert NEW in queues
    assert done["state"] == "succeeded", done["error"]
    assert done["queue"] == NEW
