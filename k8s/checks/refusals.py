"""What must be refused: values that the chart's schema is to catch, and objects that the API's schemas are to catch."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from programs import Refused, helm
from schemas import complaints

SAMPLES = Path("k8s/checks/refused.yaml")


def what_was_not_refused(chart: Path, objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Try every sample, and tell which went through or was refused for another reason."""
    samples = yaml.safe_load(SAMPLES.read_text("utf-8"))
    for sample in samples["values"]:
        try:
            helm("template", "mediamill", chart, *(word for value in sample["set"] for word in ("--set", value)))
        except Refused as refusal:
            if sample["says"] not in str(refusal):
                yield f"{sample['what']}: was refused, but not by {sample['says']!r}: {refusal}"
        else:
            yield f"{sample['what']}: was rendered"
    for sample in samples["objects"]:
        spoilt = _spoilt(next(found for found in objects if _is(found, sample["of"])), sample)
        found = list(complaints([spoilt]))
        if not any(sample["says"] in complaint for complaint in found):
            yield f"{sample['what']}: was not found: {found}"


def _is(found: dict[str, Any], wanted: str) -> bool:
    return wanted == f"{found['kind']}/{found['metadata']['name']}"


def _spoilt(found: dict[str, Any], sample: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(found)
    *path, last = sample["at"]
    part: Any = whole
    for step in path:
        part = part[step]
    part[last] = sample["becomes"]
    return whole
