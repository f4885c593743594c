"""The API of the cluster that this process runs in, as far as it is needed: one note on one pod."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import httpx

NOTE = "controller.kubernetes.io/pod-deletion-cost"
FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds who it is; the token in it is changed about every hour."""

TIMEOUT_S = 5.0


class ClusterAway(OSError):
    """The cluster's API does not do as it is asked."""


class Cluster:
    """Writes notes on the pods of its own namespace."""

    def __init__(self, url: str, folder: Path = FOLDER) -> None:
        self._folder = folder
        context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        self._client = httpx.Client(base_url=url, verify=context, timeout=TIMEOUT_S, trust_env=False)

    def note_cost(self, pod: str, cost: int) -> bool:
        """Note what deleting a pod costs; tell whether there is such a pod. Raises ``ClusterAway``."""
        namespace = (self._folder / "namespace").read_text("utf-8").strip()
        token = (self._folder / "token").read_text("utf-8").strip()
        try:
            answer = self._client.patch(
                f"/api/v1/namespaces/{namespace}/pods/{pod}",
                json={"metadata": {"annotations": {NOTE: str(cost)}}},
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"},
            )
        except httpx.HTTPError as error:
            raise ClusterAway(f"{type(error).__name__}: {error}") from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return False
        if not answer.is_success:
            raise ClusterAway(f"{answer.status_code} for a note on {pod}: {answer.text[:200]}")
        return True


def own_cluster(environment: Mapping[str, str] = os.environ) -> Cluster | None:
    """Give the cluster that this process runs in; none outside of one."""
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT_HTTPS", "443")
    if not host or not (FOLDER / "token").is_file():
        return None
    return Cluster(f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}")
