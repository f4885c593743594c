"""The JSON Schema of the chart's values: closed, so that a misspelt name is refused before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
SWITCH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SOME: Schema = {"type": "integer", "minimum": 1}
SECONDS: Schema = {"type": "integer", "minimum": 1, "maximum": 3600}
QUANTITY: Schema = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi|Ti)?$"}
NAMED: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
PEERS: Schema = {"type": "array", "items": {"type": "object", "minProperties": 1}}
PORTS: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}}
SETTINGS: Schema = {**NAMED, "propertyNames": {"pattern": "^MEDIAMILL_[A-Z0-9_]+$"}}


def closed(**properties: Schema) -> Schema:
    """Give an object that may have these and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def listed(item: Schema) -> Schema:
    """Give a list of something."""
    return {"type": "array", "items": item}


NEEDS = closed(cpu=QUANTITY, memory=QUANTITY)
PART = closed(replicas=COUNT, resources=NEEDS)

QUEUE = closed(
    summary=TEXT,
    owners=listed(TEXT),
    replicas=closed(min=COUNT, max=SOME),
    targetBacklogSeconds={"type": "number", "exclusiveMinimum": 0},
    concurrency={"type": "integer", "minimum": 1, "maximum": 1000},
    resources=NEEDS,
    vendors=listed(TEXT),
    signs=SWITCH,
    egress=listed({"type": "string", "pattern": "^[a-z0-9.-]+:[0-9]+$"}),
    extraEgress=PEERS,
    drainSeconds=SECONDS,
    gpus=COUNT,
    image=TEXT,
    settings=SETTINGS,
)

TOP: Mapping[str, Schema] = {
    "image": closed(
        registry=TEXT, tag=TEXT, pullPolicy={"enum": ["Always", "IfNotPresent", "Never"]}, pullSecrets=listed(TEXT)
    ),
    "existingSecret": TEXT,
    "externalSecret": closed(enabled=SWITCH, store=closed(kind=TEXT, name=TEXT), entry=TEXT, refresh=TEXT),
    "publicUrl": {"type": "string", "pattern": "^https?://"},
    "storeUrl": {"type": "string", "pattern": "^[a-z0-9]+://"},
    "assetsClaim": TEXT,
    "settings": SETTINGS,
    "otlpUrl": {"type": "string", "pattern": "^(https?://.+)?$"},
    "mint": closed(keystoreSecret=TEXT),
    "gateway": PART,
    "conductor": PART,
    "workers": closed(
        drainSeconds=SECONDS,
        scratch=QUANTITY,
        gpu=closed(resource=TEXT, nodeSelector=NAMED, tolerations=listed({"type": "object"})),
    ),
    "autoscaling": closed(enabled=SWITCH, pollSeconds=SECONDS, emptySeconds=SECONDS, shrinkSeconds=SECONDS),
    "podDeletionCost": SWITCH,
    "migrate": closed(hooks=SWITCH, resources=NEEDS),
    "monitoring": closed(enabled=SWITCH, rules=SWITCH, dashboards=SWITCH, labels=NAMED, intervalSeconds=SECONDS),
    "disruption": closed(enabled=SWITCH),
    "network": closed(
        policies=SWITCH,
        **dict.fromkeys(("ingress", "database", "broker", "telemetry", "store", "scrapers", "scalers", "chain"), PEERS),
        **dict.fromkeys(("databasePorts", "brokerPorts", "storePorts"), PORTS),
        notInternet=listed(TEXT),
    ),
    "global": {"type": "object"},
}
"""Everything but the queues and what is told by queue; ``global`` is Helm's own."""


def schema_for(queues: Iterable[str]) -> Schema:
    """Give the schema of an installation's values, with these queues and no others."""
    names = list(queues)
    by_queue = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(names, SETTINGS)}
    secrets = closed(
        vendors={"type": "object", "additionalProperties": SETTINGS},
        signer=SETTINGS,
        everyone=SETTINGS,
        queues=by_queue,
    )
    return {
        "$schema": "https://json-schema.org/draft-07/schema#",
        "title": "Values of the Mediamill chart; written by `make manifests`",
        **closed(
            **TOP,
            secrets=secrets,
            queues={
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"$ref": "#/$defs/queue"} for name in names},
            },
        ),
        "$defs": {"queue": QUEUE},
    }
