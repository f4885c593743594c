"""What the chart gives a cluster: one worker Deployment a queue, each with what is its own and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediamill.queues.registry import TEST_QUEUE, discover

ROOT = Path(__file__).parents[2]
Render = Callable[..., dict[tuple[str, str], dict[str, Any]]]
MANIFESTS = {name: queue.manifest for name, queue in discover().queues.items() if name != TEST_QUEUE}
WORKERS = [f"worker-{name}" for name in MANIFESTS]
PROCESSES = ["gateway", "conductor", *WORKERS]
MINTS = {"MEDIAMILL_EVM_PRIVATE_KEY", "MEDIAMILL_EVM_KEYSTORE_PASSWORD", "MEDIAMILL_EVM_SIGNER_URL"}
SIGNS = {"MEDIAMILL_SIGNING_KEY"}
VENDORS = {
    "replicate": "MEDIAMILL_REPLICATE_API_TOKEN",
    "openai": "MEDIAMILL_OPENAI_API_KEY",
    "fal": "MEDIAMILL_FAL_KEY",
    "pubmed": "MEDIAMILL_PUBMED_API_KEY",
}


def pod(objects: dict[tuple[str, str], dict[str, Any]], name: str) -> dict[str, Any]:
    return objects["Deployment", name]["spec"]["template"]["spec"]


def told(objects: dict[tuple[str, str], dict[str, Any]], name: str) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in pod(objects, name)["containers"][0]["env"]}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_may_do_nothing_that_it_need_not(render: Render, name: str) -> None:
    spec = pod(render(), name)
    container = spec["containers"][0]

    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is (name == "conductor")
    assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
    assert "cpu" not in container["resources"]["limits"]


@pytest.mark.parametrize("queue", MANIFESTS)
def test_only_who_needs_a_secret_is_told_it(render: Render, queue: str) -> None:
    kinds = MANIFESTS[queue].kinds.values()

    names = set(told(render(), f"worker-{queue}"))

    assert (names >= SIGNS) == any(kind.making for kind in kinds)
    assert bool(names & MINTS) == (queue == "blockchain")
    assert ("MEDIAMILL_EVM_KEYSTORE" in names) == (queue == "blockchain")
    for vendor, variable in VENDORS.items():
        assert (variable in names) == any(vendor in kind.providers for kind in kinds)


@pytest.mark.parametrize("name", ["gateway", "conductor"])
def test_the_edges_know_which_vendors_can_be_asked_and_sign_nothing(render: Render, name: str) -> None:
    names = set(told(render(), name))

    assert set(VENDORS.values()) <= names
    assert not names & (SIGNS | MINTS)


@pytest.mark.parametrize("queue", MANIFESTS)
def test_a_queue_may_connect_to_where_its_manifest_says(render: Render, queue: str) -> None:
    manifest = MANIFESTS[queue]
    policy = render().get(("NetworkPolicy", f"worker-{queue}"))

    opened = [rule for rule in (policy["spec"]["egress"] if policy else []) if "0.0.0.0/0" in str(rule)]

    assert bool(opened) == bool(manifest.network.egress)
    for rule in opened:
        hosts = policy["metadata"]["annotations"]["mediamill.io/hosts"].split(",") if policy else []
        assert hosts == list(manifest.network.egress)
        assert {port["port"] for port in rule["ports"]} == {int(host.rsplit(":", 1)[1]) for host in hosts}
        assert "169.254.0.0/16" in rule["to"][0]["ipBlock"]["except"]  # where clouds keep their machines' credentials


def test_whoever_is_not_named_in_a_policy_reaches_nobody(render: Render) -> None:
    everyone = render()["NetworkPolicy", "mediamill"]["spec"]

    assert everyone["policyTypes"] == ["Ingress", "Egress"]
    assert everyone["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "mediamill",
        "app.kubernetes.io/instance": "mediamill",
    }
    assert all("to" in rule for rule in everyone["egress"])


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_watched_and_not_all_of_it_is_taken_at_once(render: Render, name: str) -> None:
    objects = render()
    labels = objects["Deployment", name]["spec"]["template"]["metadata"]["labels"]
    ports = {port["name"]: port["containerPort"] for port in pod(objects, name)["containers"][0]["ports"]}

    budget, monitor = objects["PodDisruptionBudget", name]["spec"], objects["PodMonitor", name]["spec"]

    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    assert monitor["selector"]["matchLabels"].items() <= labels.items()
    assert monitor["podMetricsEndpoints"][0]["port"] in ports


@pytest.mark.parametrize("queue", MANIFESTS)
def test_a_worker_has_the_time_to_hand_its_work_back(render: Render, queue: str) -> None:
    objects = render()

    grace = float(told(objects, f"worker-{queue}")["MEDIAMILL_DRAIN_GRACE_S"])

    assert pod(objects, f"worker-{queue}")["terminationGracePeriodSeconds"] >= grace + 10


def test_a_queues_own_settings_go_before_those_for_all(render: Render) -> None:
    objects = render("settings.MEDIAMILL_POLL_S=nine")

    assert told(objects, "worker-merge")["MEDIAMILL_DRAIN_GRACE_S"] == "120"
    assert told(objects, "worker-merge")["MEDIAMILL_POLL_S"] == "2"
    assert told(objects, "worker-text")["MEDIAMILL_POLL_S"] == "nine"
    assert told(objects, "worker-text")["MEDIAMILL_DRAIN_GRACE_S"] == "20"


def test_a_queue_with_a_gpu_goes_where_there_is_one(render: Render) -> None:
    objects = render()

    assert pod(objects, "worker-lipsync")["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert pod(objects, "worker-lipsync")["nodeSelector"] == {"mediamill.io/pool": "gpu"}
    assert "nodeSelector" not in pod(objects, "worker-merge")


def test_migrations_expand_before_the_new_code_and_contract_after_it(render: Render) -> None:
    objects = render()

    runs = {
        name: (
            job["metadata"]["annotations"]["helm.sh/hook"],
            job["spec"]["template"]["spec"]["containers"][0].get("args"),
        )
        for (kind, name), job in objects.items()
        if kind == "Job"
    }

    assert runs == {
        "migrate": ("pre-install", None),
        "migrate-pre": ("pre-upgrade", ["--pre"]),
        "migrate-post": ("post-upgrade", ["--post"]),
    }


def test_the_secret_has_every_key_that_somebody_is_told(render: Render) -> None:
    objects = render()
    wanted = {
        value["secretKeyRef"]["name"]
        for name in PROCESSES
        for value in told(objects, name).values()
        if isinstance(value, dict)
    }

    filled = objects["ExternalSecret", "mediamill"]

    assert wanted == {filled["spec"]["target"]["name"]} == {"mediamill"}
    assert filled["spec"]["dataFrom"] == [{"extract": {"key": "mediamill"}}]


def test_a_name_that_the_chart_makes_up_is_short_enough_for_a_label(render: Render) -> None:
    assert all(len(f"mediamill-{name}") <= 63 for _, name in render())


def test_the_rules_and_dashboards_on_kubernetes_are_those_of_the_repository(render: Render) -> None:
    objects = render()
    files = [*(ROOT / "deploy/prometheus/rules").glob("*.yml"), *(ROOT / "deploy/grafana").glob("*.json")]

    for path in files:
        written = yaml.safe_load(path.read_text())
        if path.suffix == ".yml":
            assert objects["PrometheusRule", path.stem]["spec"] == written
        else:
            assert json.loads(objects["ConfigMap", f"dashboard-{path.stem}"]["data"][path.name]) == written
    assert len(files) >= 2 * len(MANIFESTS)


def test_every_queue_is_scaled_and_no_other(render: Render) -> None:
    assert {name for kind, name in render() if kind == "ScaledObject"} == set(WORKERS)
