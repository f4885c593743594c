"""What KEDA and the horizontal pod autoscaler do with a ScaledObject, as their documentation tells it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from simulated.formula import evaluate

SYNC_S = 15
"""How often the autoscaler looks; KEDA looks every ``pollingInterval`` while there is no pod."""
TOLERANCE = 0.1
"""A ratio so near to 1 changes nothing."""


class Autoscaler:
    """Says how many pods there should be, turn by turn."""

    def __init__(self, scaled: Mapping[str, Any], formula: str | None = None) -> None:
        spec = scaled["spec"]
        modifiers = spec["advanced"]["scalingModifiers"]
        behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        self.formula = formula or modifiers["formula"]
        self.poll_s: int = spec["pollingInterval"]
        self._target = float(modifiers["target"])
        self._activation = float(modifiers["activationTarget"])
        self._cooldown_s: int = spec["cooldownPeriod"]
        self._least: int = spec["minReplicaCount"]
        self._most: int = spec["maxReplicaCount"]
        self._up, self._down = behavior["scaleUp"], behavior["scaleDown"]
        self._active_at = -math.inf
        self._wanted: list[tuple[int, int]] = []
        self._changes: list[tuple[int, int]] = []

    def looks_at(self, now_s: int, pods: int) -> bool:
        """Tell whether this is a second at which somebody looks."""
        return now_s % (SYNC_S if pods else self.poll_s) == 0

    def decide(self, now_s: int, pods: int, values: Mapping[str, float]) -> int:
        """Give how many pods there should be from now on."""
        value = evaluate(self.formula, values)
        if value > self._activation:
            self._active_at = now_s
        if pods == 0:
            return self._note(now_s, 0, max(1, self._least) if value > self._activation else self._least)
        if self._least == 0 and now_s - self._active_at > self._cooldown_s:
            return self._note(now_s, pods, 0)
        return self._note(now_s, pods, self._step(now_s, pods, value))

    def _step(self, now_s: int, pods: int, value: float) -> int:
        ratio = value / (self._target * pods)
        wanted = pods if abs(1 - ratio) <= TOLERANCE else math.ceil(value / self._target)
        wanted = min(max(wanted, self._least, 1), self._most)
        self._wanted.append((now_s, wanted))
        held = max(past for at_s, past in self._wanted if now_s - at_s <= self._down["stabilizationWindowSeconds"])
        if wanted > pods:
            return min(wanted, max(_limits(self._up["policies"], self._began(now_s, pods, up=True), up=True)))
        if held < pods:
            return max(held, min(_limits(self._down["policies"], self._began(now_s, pods, up=False), up=False)))
        return pods

    def _began(self, now_s: int, pods: int, *, up: bool) -> Mapping[int, int]:
        """Give how many there were at the start of each policy's period, as the changes of that way tell."""
        side = self._up if up else self._down
        return {
            policy["periodSeconds"]: pods
            - sum(
                change
                for at_s, change in self._changes
                if now_s - at_s < policy["periodSeconds"] and (change > 0) == up
            )
            for policy in side["policies"]
        }

    def _note(self, now_s: int, before: int, after: int) -> int:
        if after != before:
            self._changes.append((now_s, after - before))
        return after


def _limits(policies: Iterable[Mapping[str, Any]], began: Mapping[int, int], *, up: bool) -> Iterable[int]:
    for policy in policies:
        start, value = began[policy["periodSeconds"]], policy["value"]
        step = value if policy["type"] == "Pods" else start * value / 100
        yield math.ceil(start + step) if up else math.floor(start - step)
