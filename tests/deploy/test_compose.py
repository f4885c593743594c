"""What the compose file starts: who is published, who gets out, who reads which secret, how long a stop may take."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediamill.queues.registry import TEST_QUEUE, discover
from mediamill_testing.debian import unpacked

Compose = Callable[..., dict[str, Any]]
ROOT = Path(__file__).parents[2]
ALL = ("core", "observability", "gpu")
MANIFESTS = {name: queue.manifest for name, queue in discover().queues.items() if name != TEST_QUEUE}
OBSERVERS = {"flower", "prometheus", "alertmanager", "grafana", "otel-collector", "tempo"}
OURS = ["gateway", "conductor", "migrate", *(f"worker-{name}" for name in MANIFESTS)]


def test_each_profile_starts_what_it_says(compose: Compose) -> None:
    started = {profile: set(compose(profile)["services"]) for profile in ALL}

    assert {"gateway", "conductor", "postgres", "redis", "store"} <= started["core"]
    assert {f"worker-{name}" for name in MANIFESTS} <= started["core"]
    assert started["observability"] == OBSERVERS
    assert {name for name in started["gpu"] if name.endswith("-gpu")} == {
        f"worker-{name}-gpu" for name, manifest in MANIFESTS.items() if manifest.resources.cpu >= 2
    }


def test_only_the_gateway_and_grafana_are_published_and_on_loopback(compose: Compose) -> None:
    services = compose(*ALL)["services"]

    published = {name: one["ports"] for name, one in services.items() if one.get("ports")}

    assert set(published) == {"gateway", "grafana"}
    assert {port["host_ip"] for ports in published.values() for port in ports} == {"127.0.0.1"}


@pytest.mark.parametrize("name", OURS)
def test_a_process_may_write_nowhere_but_into_its_own_folder(compose: Compose, name: str) -> None:
    service = compose(*ALL)["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume["target"] for volume in service["volumes"]] == ["/tmp"]


def test_every_service_has_a_limit_and_all_but_one_can_be_asked_how_they_are(compose: Compose) -> None:
    services = compose(*ALL)["services"]
    in_its_image = {name for name in services if name in OURS or name.startswith("worker-")}
    runs_once = {"migrate", "bucket", "build", "run"}
    has_nothing_to_ask_with = {"otel-collector", "tempo"}

    unlimited = [name for name, one in services.items() if name not in {"build", "run"} and not _limit(one)]
    mute = [name for name, one in services.items() if "healthcheck" not in one]

    assert not unlimited
    assert set(mute) <= in_its_image | runs_once | has_nothing_to_ask_with


@pytest.mark.parametrize("queue", MANIFESTS)
def test_a_worker_gets_out_only_if_its_manifest_names_somebody(compose: Compose, queue: str) -> None:
    whole = compose(*ALL)

    networks = whole["services"][f"worker-{queue}"]["networks"]

    assert whole["networks"]["inside"]["internal"] is True
    assert ("outside" in networks) == bool(MANIFESTS[queue].network.egress)
    assert networks["inside"]["aliases"] == ["workers"]


@pytest.mark.parametrize("queue", MANIFESTS)
def test_a_worker_reads_the_secrets_of_its_circles(queue: str) -> None:
    whole = yaml.safe_load((ROOT / "deploy/compose/queues.yml").read_text())
    kinds = MANIFESTS[queue].kinds.values()

    circles = {Path(one["path"]).stem for one in whole["services"][f"worker-{queue}"]["env_file"]}

    assert ("signer" in circles) == any(kind.making for kind in kinds)
    assert ("vendors" in circles) == any(set(kind.providers) - {"local"} for kind in kinds)
    assert circles & set(MANIFESTS) == {queue}


@pytest.mark.parametrize("name", [name for name in OURS if name.startswith("worker-")])
def test_a_stop_lasts_longer_than_the_drain(compose: Compose, name: str) -> None:
    service = compose(*ALL)["services"][name]

    assert (
        float(service["stop_grace_period"].removesuffix("s"))
        >= float(service["environment"]["MEDIAMILL_DRAIN_GRACE_S"]) + 10
    )
    assert "container_name" not in service  # else it could not be scaled


def test_everything_that_is_mounted_is_there(compose: Compose) -> None:
    mounted = [
        volume["source"]
        for service in compose(*ALL)["services"].values()
        for volume in service.get("volumes", ())
        if volume["type"] == "bind"
    ]

    assert len(mounted) >= 6
    assert not [path for path in mounted if not Path(path).exists()]


def test_what_prometheus_scrapes_and_grafana_asks_is_a_service(compose: Compose) -> None:
    services = set(compose(*ALL)["services"]) | {"workers"}
    scrapes = yaml.safe_load((ROOT / "deploy/compose/prometheus.yml").read_text())["scrape_configs"]
    sources = yaml.safe_load((ROOT / "deploy/compose/grafana/datasources/mediamill.yml").read_text())["datasources"]

    named = [name for scrape in scrapes for one in scrape.get("dns_sd_configs", ()) for name in one["names"]]
    asked = [source["url"].removeprefix("http://").split(":")[0] for source in sources]

    assert {"gateway", "conductor", "workers"} <= set(named)
    assert {*named, *asked} <= services


def test_prometheus_reads_its_configuration_and_every_rule(tmp_path: Path) -> None:
    prometheus = unpacked("prometheus")
    config = (ROOT / "deploy/compose/prometheus.yml").read_text()
    (tmp_path / "prometheus.yml").write_text(
        config.replace("/etc/prometheus/rules", str(ROOT / "deploy/prometheus/rules"))
    )

    read = subprocess.run(
        [prometheus.program("promtool"), "check", "config", tmp_path / "prometheus.yml"],
        env=prometheus.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert read.returncode == 0, read.stdout + read.stderr
    assert read.stdout.count("rules found") > len(MANIFESTS)


def test_a_collectors_pipeline_names_what_is_defined() -> None:
    whole = yaml.safe_load((ROOT / "deploy/otel/collector.yaml").read_text())

    for pipeline in whole["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(whole[part])
    assert set(whole["service"]["extensions"]) <= set(whole["extensions"])


def _limit(service: dict[str, Any]) -> Any:
    return service.get("deploy", {}).get("resources", {}).get("limits", {}).get("memory")
