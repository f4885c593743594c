"""The generated files say what the queues' manifests say, and nothing stale is left beside them."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
import yaml

from mediamill.queues.manifest import Manifest
from mill.manifests.dockerfiles import complaints
from mill.manifests.files import drift, render, write

ROOT = Path(__file__).parents[3]
VALUES = PurePosixPath("k8s/mediamill/values.queues.yaml")
DOCKERFILE = """\
FROM ${BUILD} AS build
RUN install-image mediamill-queue-music worker
FROM ${RUN}
LABEL org.opencontainers.image.title="mediamill-queue-music"
USER 10001:10001
HEALTHCHECK CMD ["true"]
ENTRYPOINT ["tini", "--", "python"]
"""


def manifest(name: str, **parts: object) -> Manifest:
    kinds = {f"{name}.make": {"contract": "contract:Make", "answer": "contract:Made", "summary": "Makes it"}}
    return Manifest.model_validate({"queue": {"name": name, "summary": f"All {name}"}, "kinds": kinds, **parts})


def test_the_helm_values_carry_scale_and_resources() -> None:
    music = manifest("music", scale={"min": 1, "max": 4}, resources={"cpu": 0.5, "memory_mb": 256})

    values = yaml.safe_load(render([music])[VALUES])

    assert values["queues"]["music"]["replicas"] == {"min": 1, "max": 4}
    assert values["queues"]["music"]["resources"] == {"cpu": "500m", "memory": "256Mi"}


def test_the_charts_schema_knows_the_queues_and_no_others() -> None:
    schema = json.loads(render([manifest("music")])[PurePosixPath("k8s/mediamill/values.schema.json")])

    queues = schema["properties"]["queues"]

    assert list(queues["properties"]) == ["music"]
    assert queues["additionalProperties"] is False
    assert schema["additionalProperties"] is False


def test_a_queue_gets_the_keys_of_its_vendors_and_signs_if_it_makes_something() -> None:
    music = manifest("music")
    made = {"providers": ("local", "fal"), "making": {"local": "drawn"}}
    paid = Manifest.model_validate(
        {**music.model_dump(), "kinds": {"music.make": {**music.kinds["music.make"].model_dump(), **made}}}
    )

    free, bought = (yaml.safe_load(render([one])[VALUES])["queues"]["music"] for one in (music, paid))

    assert (free["vendors"], free["signs"]) == ([], False)
    assert (bought["vendors"], bought["signs"]) == (["fal"], True)


def test_compose_starts_one_worker_service_a_queue() -> None:
    files = render([manifest("music"), manifest("text")])

    services = yaml.safe_load(files[PurePosixPath("deploy/compose/queues.yml")])["services"]

    assert list(services) == ["worker-music", "worker-text"]
    assert services["worker-music"]["build"]["dockerfile"] == "services/music/Dockerfile"


def test_each_alert_is_about_its_queue_and_links_to_a_page() -> None:
    rules = yaml.safe_load(render([manifest("music")])[PurePosixPath("deploy/prometheus/rules/queue-music.yml")])

    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]

    assert {alert["labels"]["queue"] for alert in alerts} == {"music"}
    assert all('queue="music"' in alert["expr"] for alert in alerts)
    assert all((ROOT / alert["annotations"]["runbook_url"]).is_file() for alert in alerts)


def test_the_panels_of_a_dashboard_do_not_overlap() -> None:
    board = json.loads(render([manifest("music")])[PurePosixPath("deploy/grafana/queue-music.json")])

    corners = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]}

    assert board["uid"] == "mediamill-queue-music"
    assert len(corners) == len(board["panels"])


def test_the_order_in_which_queues_are_found_does_not_matter() -> None:
    one, other = manifest("music"), manifest("text")

    assert render([one, other]) == render([other, one])


def test_what_was_written_has_no_drift(tmp_path: Path) -> None:
    files = render([manifest("music")])

    write(tmp_path, files)

    assert not list(drift(tmp_path, files))


def test_a_file_edited_by_hand_is_reported_and_written_again(tmp_path: Path) -> None:
    files = render([manifest("music")])
    write(tmp_path, files)
    (tmp_path / VALUES).write_text("queues: {}\n", "utf-8")

    changed = write(tmp_path, files)

    assert [str(change) for change in changed] == [f"{VALUES}: is not what the manifests say"]
    assert (tmp_path / VALUES).read_text("utf-8") == files[VALUES]


def test_the_files_of_a_removed_queue_are_removed(tmp_path: Path) -> None:
    write(tmp_path, render([manifest("music"), manifest("text")]))

    write(tmp_path, render([manifest("text")]))

    assert not (tmp_path / "deploy/grafana/queue-music.json").exists()
    assert (tmp_path / "deploy/grafana/queue-text.json").exists()


def test_a_dockerfile_as_the_house_wants_it_gives_no_complaint(tmp_path: Path) -> None:
    _dockerfile(tmp_path, DOCKERFILE)

    assert not list(complaints(manifest("music"), tmp_path))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("USER 10001:10001\n", "runs as root"),
        ('ENTRYPOINT ["tini", "--", "python"]\n', "no exec-form ENTRYPOINT"),
        ('LABEL org.opencontainers.image.title="mediamill-queue-music"\n', "no label"),
        ('HEALTHCHECK CMD ["true"]\n', "no HEALTHCHECK"),
        ("RUN install-image mediamill-queue-music worker\n", "its own queue only"),
        ("FROM ${BUILD} AS build\n", "one stage"),
    ],
)
def test_a_dockerfile_that_lacks_something_is_told_what(tmp_path: Path, line: str, complaint: str) -> None:
    _dockerfile(tmp_path, DOCKERFILE.replace(line, ""))

    found = list(complaints(manifest("music"), tmp_path))

    assert len(found) == 1
    assert complaint in found[0]


def test_a_queue_without_a_dockerfile_is_told_so(tmp_path: Path) -> None:
    assert list(complaints(manifest("music"), tmp_path)) == ["services/music/Dockerfile: is missing"]


def _dockerfile(root: Path, text: str) -> None:
    folder = root / "services/music"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(text, "utf-8")
