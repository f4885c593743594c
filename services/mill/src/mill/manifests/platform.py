"""The rules of what all queues share: gateway, live events, webhooks, providers, conductors, the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from mediamill.queues.manifest import Manifest
from mill.manifests.objectives import Objective, burns, recordings
from mill.manifests.prometheus import runbook
from mill.manifests.text import as_yaml

_OURS = 'surface!~"waiting|stream|operations"'
_NATIVE = 'surface="native"'


def _rate(series: str, labels: str = "") -> str:
    return f"sum(rate(mediamill_{series}{{{labels}}}[{{w}}]))"


def _slower(metric: str, edge_s: float, labels: str = "") -> str:
    joined = ",".join(filter(None, [labels, f'le="{float(edge_s)}"']))
    return f"({_rate(f'{metric}_count', labels)} - {_rate(f'{metric}_bucket', joined)})"


OBJECTIVES = (
    Objective(
        "GatewayErrorBudgetBurn",
        "gateway:mediamill_requests_failed",
        _rate("gateway_request_seconds_count", f'{_OURS},status="5xx"'),
        _rate("gateway_request_seconds_count", _OURS),
        0.999,
        "More than 0.1 % of requests are answered with a 5xx.",
        {},
    ),
    Objective(
        "GatewayLatencyBudgetBurn",
        "gateway:mediamill_requests_slow",
        _slower("gateway_request_seconds", 0.3, _NATIVE),
        _rate("gateway_request_seconds_count", _NATIVE),
        0.99,
        "More than 1 % of requests that wait for nobody take longer than 0.3 s.",
        {},
    ),
    Objective(
        "WebhookBudgetBurn",
        "courier:mediamill_webhooks_late",
        _slower("webhook_delivery_seconds", 30),
        _rate("webhook_delivery_seconds_count"),
        0.99,
        "More than 1 % of webhooks are first tried later than 30 s after their event.",
        {},
    ),
    Objective(
        "EventLagBudgetBurn",
        "gateway:mediamill_events_late",
        _slower("sse_event_lag_seconds", 2),
        _rate("sse_event_lag_seconds_count"),
        0.99,
        "More than 1 % of live events reach those who listen later than 2 s.",
        {},
    ),
)


class Symptom(NamedTuple):
    """An alert on how something is."""

    alert: str
    expr: str
    wait: str
    severity: str
    summary: str


_FAILING = 'sum by (provider) (rate(mediamill_provider_requests_total{outcome="failed"}[1h]))'
_ASKED = "sum by (provider) (rate(mediamill_provider_requests_total[1h]))"

SYMPTOMS = (
    Symptom(
        "MeterMissing",
        "(sum(mediamill_conductor_holds_meter) or vector(0)) != 1",
        "2m",
        "page",
        "No conductor counts, or two do: dispatch may stand still, and every number of jobs is old.",
    ),
    Symptom(
        "ConductorLoopStuck",
        'max by (loop) (mediamill_conductor_loop_age_seconds{loop!="calendar"}) > 120',
        "1m",
        "page",
        "A loop of a conductor has not taken a turn for two minutes.",
    ),
    Symptom("TargetDown", 'up{job=~".*mediamill.*"} == 0', "5m", "ticket", "Prometheus cannot read a process."),
    Symptom("DeadMansSwitch", "vector(1)", "0m", "none", "Always fires: its absence means that alerting is broken."),
    Symptom(
        "ProviderBreakerOpen",
        "max by (provider) (mediamill_provider_breaker_state) == 2",
        "5m",
        "ticket",
        "Nothing is asked of a model of this provider, as it failed too often.",
    ),
    Symptom(
        "ProviderErrors",
        f"{_FAILING} / clamp_min({_ASKED}, 1e-9) > 0.03",
        "1h",
        "ticket",
        "More than 3 % of the requests to this provider fail.",
    ),
    Symptom(
        "ProviderRateLimited",
        "sum by (provider) (increase(mediamill_provider_rate_limited_total[15m])) > 30",
        "15m",
        "ticket",
        "This provider says again and again that it is asked too much.",
    ),
    Symptom(
        "WebhooksOverdue",
        "max(mediamill_webhook_oldest_due_age_seconds) > 300",
        "5m",
        "page",
        "Webhooks that are due are not tried.",
    ),
    Symptom(
        "WebhookEndpointDisabled",
        "max(mediamill_webhook_endpoints_disabled) > 0",
        "0m",
        "ticket",
        "An endpoint failed for days and is not tried any more.",
    ),
    Symptom(
        "DatabaseOldTransaction",
        "max(mediamill_database_oldest_transaction_age_seconds) > 600",
        "2m",
        "page",
        "A transaction is open for ten minutes: it stops vacuum and holds up tenants' events, webhooks and counting.",
    ),
    Symptom(
        "DatabaseConnectionsNear",
        "max(mediamill_database_connections) / max(mediamill_database_connections_limit) > 0.8",
        "10m",
        "ticket",
        "Four in five of the sessions that Postgres allows are in use.",
    ),
    Symptom(
        "DatabaseDeadRows",
        'max by (table) (mediamill_database_dead_rows{table=~"lines|leases|waits"}) > 50000',
        "15m",
        "ticket",
        "A table that every turn reads is full of rows that vacuum does not clear.",
    ),
)


def rules(manifests: Iterable[Manifest]) -> str:
    """Write ``deploy/prometheus/rules/platform.yml``; no queue changes it."""
    recorded = [rule for objective in OBJECTIVES for rule in recordings(objective)]
    alerts = [rule for one in OBJECTIVES for rule in burns(one, runbook(one.alert), {})]
    alerts += [_rule(symptom) for symptom in SYMPTOMS]
    return as_yaml(
        {
            "groups": [
                {"name": "mediamill-platform-ratios", "rules": recorded},
                {"name": "mediamill-platform", "rules": alerts},
            ]
        }
    )


def _rule(symptom: Symptom) -> dict[str, Any]:
    return {
        "alert": symptom.alert,
        "expr": symptom.expr,
        "for": symptom.wait,
        "labels": {"severity": symptom.severity},
        "annotations": {"summary": symptom.summary, "runbook_url": runbook(symptom.alert)},
    }
