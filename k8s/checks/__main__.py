"""``make check-kubernetes``: render the chart and its overlays, and hold every object against its schema; no network.

It runs in the environment of the check tools (ADR 14), which brings helm, kubectl, and the schemas of two Kubernetes
versions, of KEDA and of the Prometheus operator. What must be refused is refused too, or the check fails.
"""

from __future__ import annotations

import sys
from pathlib import Path

from programs import helm, kustomized, linted
from refusals import what_was_not_refused
from schemas import complaints

CHART = Path("k8s/mediamill")
OVERLAYS = ("dev", "prod")
ALL_ON = Path("k8s/checks/all-on.yaml")
"""Values that switch everything on that the chart can do."""


def main() -> int:
    """Tell all that is wrong; 1 when something is."""
    renderings = {
        "the chart as it comes": helm("template", "mediamill", CHART),
        "the chart with everything on": helm("template", "mediamill", CHART, "--values", ALL_ON),
        **{f"overlay {name}": kustomized(Path("k8s/overlays") / name) for name in OVERLAYS},
    }
    wrong = [*linted(CHART), *linted(CHART, "--values", ALL_ON)]
    for name, objects in renderings.items():
        wrong += [f"{name}: {complaint}" for complaint in complaints(objects)]
    wrong += what_was_not_refused(CHART, renderings["the chart with everything on"])
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
