"""Which links a worker has: those that it has a key and a library for, and none that it would load for nothing."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from mediamill.handlers.links import links_of
from mediamill_media.image.providers import local
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.stacks import clean_environment

LOOK = """
import json, sys
from mediamill.handlers.links import links_of
from mediamill_media.audio import handlers as audio
from mediamill_media.image import handlers as image
from mediamill_media.text import handlers as text
from mediamill_media.video import handlers as video
queues = {
    "image.generate": (image, image.local.LOCAL), "video.generate": (video, video.local.LOCAL),
    "audio.speech": (audio, audio.local.SPEAKING), "audio.music": (audio, audio.local.PLAYING),
    "text.generate": (text, text.local.WRITING), "text.script": (text, text.local.SCRIPTING),
}
found = {
    kind: [link.provider for link in links_of(kind, own, queue.PROVIDERS)] for kind, (queue, own) in queues.items()
}
vendors = {"replicate", "openai", "fal_client", "mediamill_vendors"} & {name.partition(".")[0] for name in sys.modules}
print(json.dumps([found, sorted(vendors)]))
"""
KEYS = {"MEDIAMILL_REPLICATE_API_TOKEN": "r", "MEDIAMILL_OPENAI_API_KEY": "o", "MEDIAMILL_FAL_KEY": "f"}


def look(**keys: str) -> tuple[dict[str, list[str]], list[str], str]:
    told = subprocess.run(
        [sys.executable, "-c", LOOK], env=clean_environment(**keys), capture_output=True, text=True, check=True
    )
    found, vendors = json.loads(told.stdout)
    return found, vendors, told.stderr


def test_a_worker_without_keys_serves_everything_itself_and_loads_no_vendor() -> None:
    found, vendors, _ = look()

    assert {tuple(providers) for providers in found.values()} == {("local",)}
    assert vendors == []


def test_a_worker_with_keys_has_every_link_that_there_is_in_the_manifests_order_and_misses_none() -> None:
    found, _, complaints = look(**KEYS)

    assert found == {
        "image.generate": ["local", "replicate", "fal", "openai"],
        "video.generate": ["local", "replicate", "fal"],
        "audio.speech": ["local", "replicate", "openai"],
        "audio.music": ["local", "replicate"],
        "text.generate": ["local", "replicate", "openai"],
        "text.script": ["local", "replicate", "openai"],
    }
    assert complaints == ""


def test_one_key_loads_one_vendor() -> None:
    found, vendors, _ = look(MEDIAMILL_REPLICATE_API_TOKEN="r")

    assert found["image.generate"] == ["local", "replicate"]
    assert vendors == ["mediamill_vendors", "replicate"]


def test_a_vendor_whose_library_is_missing_is_left_out_and_the_log_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    package = tmp_path / "adapters_of_a_test"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "replicate.py").write_text("import a_library_that_nobody_has\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MEDIAMILL_REPLICATE_API_TOKEN", "r")
    read_settings_anew()

    with caplog.at_level(logging.WARNING):
        found = [links_of("image.generate", local.LOCAL, "adapters_of_a_test") for _ in range(2)]

    assert found == [(local.LOCAL,)] * 2
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "adapters_of_a_test.replicate is left out"
    ]
    monkeypatch.undo()
    read_settings_anew()
