"""The meters of a process, closed over the queues and providers of this installation."""

from __future__ import annotations

from mediamill.queues.registry import Registry
from mediamill.telemetry.meters import Meters, begin
from mediamill.telemetry.metrics import Component


def begin_metering(component: Component, registry: Registry) -> Meters:
    """Make the meters that this process counts with from now on."""
    providers = {name for kind in registry.kinds.values() for name in kind.manifest.providers}
    return begin(component, sorted(registry.queues), sorted(providers))
