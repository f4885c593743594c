"""The dashboards of the whole: overview, gateway, providers and cost, webhooks, database, tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mediamill.queues.manifest import Manifest
from mill.manifests.panels import RATE, Board, Panel, Query, graph, quantiles_of, rate_of, rendered
from mill.manifests.prometheus import runbook
from mill.manifests.truth import DATABASE, TENANTS

_SHARED = (
    graph(
        "Alerts that fire",
        'sum by (alertname, severity) (ALERTS{alertstate="firing"})',
        "{{alertname}} ({{severity}})",
        "short",
        "DeadMansSwitch always does.",
    ),
    graph("Accepted", rate_of("jobs_submitted_total", "queue"), "{{queue}}", "ops", "Jobs that came."),
    graph("Finished", rate_of("jobs_finished_total", "outcome"), "{{outcome}}", "ops", "Jobs that have ended."),
    graph(
        "In line",
        'sum by (queue) (mediamill_queue_jobs{state="queued"})',
        "{{queue}}",
        "short",
        "Jobs that could run, or will be due.",
        runbook("QueueStalled"),
    ),
    graph(
        "Running",
        'sum by (queue) (mediamill_queue_jobs{state="running"})',
        "{{queue}}",
        "short",
        "Jobs that hold a slot.",
    ),
    graph(
        "Parked",
        'sum by (queue) (mediamill_queue_jobs{state="waiting"})',
        "{{queue}}",
        "short",
        "Jobs that wait for a provider, a child, a timer or an answer, and hold nothing.",
    ),
    graph(
        "Worker slots",
        "sum by (state) (mediamill_worker_slots)",
        "{{state}}",
        "short",
        "As the workers tell themselves.",
    ),
    graph(
        "CPU by part",
        f"sum by (component) (rate(process_cpu_seconds_total{RATE}) * on (instance) group_left (component) "
        "mediamill_build_info)",
        "{{component}}",
        "short",
        "Cores in use.",
    ),
    graph(
        "Memory by part",
        "sum by (component) (process_resident_memory_bytes * on (instance) group_left (component) "
        "mediamill_build_info)",
        "{{component}}",
        "bytes",
        "Resident memory of our own processes.",
    ),
)
"""What the overview shows of all queues together."""


def overview(manifests: Iterable[Manifest]) -> str:
    """Write the page that one looks at first: the objectives, and all queues side by side."""
    queues = list(manifests)
    burning = tuple(
        Query(_burn("queue:mediamill_jobs_failed", one.queue.name, 1 - one.objectives.success), one.queue.name)
        for one in queues
    )
    late = tuple(
        Query(_burn("queue:mediamill_jobs_late", one.queue.name, 1 - one.objectives.wait_ratio), one.queue.name)
        for one in queues
    )
    told = "How fast the 30 days' budget burns: 1 uses it up in time, 14.4 in two days, and wakes somebody."
    panels = (
        Panel("Failures: burn of the budget", burning, "short", told, runbook("JobErrorBudgetBurn")),
        Panel("Late starts: burn of the budget", late, "short", told, runbook("QueueWaitBudgetBurn")),
        Panel("Edge: burn of the budgets", _EDGE, "short", told, runbook("GatewayErrorBudgetBurn")),
        *_SHARED,
    )
    return rendered(Board("mediamill-overview", "Mediamill", "Is all well, and if not, where?", panels))


def _burn(record: str, queue: str, budget: float) -> str:
    return f'{record}:ratio_rate1h{{queue="{queue}"}} / {budget:.6g}'


_EDGE = (
    Query("gateway:mediamill_requests_failed:ratio_rate1h / 0.001", "5xx"),
    Query("gateway:mediamill_requests_slow:ratio_rate1h / 0.01", "slow answers"),
    Query("courier:mediamill_webhooks_late:ratio_rate1h / 0.01", "late webhooks"),
    Query("gateway:mediamill_events_late:ratio_rate1h / 0.01", "late events"),
)


GATEWAY = Board(
    "mediamill-gateway",
    "Gateway and live events",
    "What clients see.",
    (
        graph("Requests", rate_of("gateway_request_seconds_count", "surface"), "{{surface}}", "reqps", "By surface."),
        graph(
            "Answers",
            rate_of("gateway_request_seconds_count", "status"),
            "{{status}}",
            "reqps",
            "By class of status; 5xx burn the budget.",
            runbook("GatewayErrorBudgetBurn"),
        ),
        Panel(
            "Time to the first byte",
            quantiles_of("gateway_request_seconds", 'surface="native"'),
            "s",
            "Of our own API, but for streams and requests that asked to wait.",
            runbook("GatewayLatencyBudgetBurn"),
        ),
        Panel(
            "Event lag",
            quantiles_of("sse_event_lag_seconds"),
            "s",
            "From an event to its reaching those who listen.",
            runbook("EventLagBudgetBurn"),
        ),
        graph("Open streams", "sum(mediamill_sse_clients)", "streams", "short", "Clients that listen."),
        graph("Sent to streams", rate_of("sse_sent_bytes_total"), "bytes/s", "Bps", "Bytes of events."),
        graph(
            "Assets",
            rate_of("asset_bytes_total", "direction"),
            "{{direction}}",
            "Bps",
            "Bytes made by runs (stored), read by them (opened) and sent by clients (uploaded).",
        ),
        graph(
            "Transfers that failed",
            rate_of("asset_transfer_seconds_count", "direction", 'outcome="failed"'),
            "{{direction}}",
            "ops",
            "To or from the store.",
        ),
    ),
)


PROVIDERS = Board(
    "mediamill-providers",
    "Providers and cost",
    "Who serves, how well, for how much.",
    (
        graph(
            "Cost",
            "sum by (provider) (increase(mediamill_provider_cost_usd_total[1h])) "
            "- sum by (provider) (increase(mediamill_provider_refunds_usd_total[1h]))",
            "{{provider}}",
            "currencyUSD",
            "What the ledger settled in the last hour, less what came back.",
        ),
        graph("Requests", rate_of("provider_requests_total", "provider"), "{{provider}}", "reqps", "One try each."),
        graph(
            "Outcomes",
            rate_of("provider_requests_total", "provider, outcome", 'outcome!="ok"'),
            "{{provider}}: {{outcome}}",
            "reqps",
            "What did not go well: too much asked, refused, failed.",
            runbook("ProviderErrors"),
        ),
        Panel(
            "Time of a request", quantiles_of("provider_request_seconds"), "s", "Of all providers, whatever was asked."
        ),
        graph(
            "Breakers",
            "max by (provider) (mediamill_provider_breaker_state)",
            "{{provider}}",
            "short",
            "0 closed, 1 failing, 2 open: nothing is asked of a model of it.",
            runbook("ProviderBreakerOpen"),
        ),
        graph(
            "Predictions in flight",
            "sum by (provider) (mediamill_provider_predictions)",
            "{{provider}}",
            "short",
            "Bought and awaited; none of them holds a slot.",
        ),
        graph(
            "Rate limits",
            rate_of("provider_rate_limited_total", "provider"),
            "{{provider}}",
            "reqps",
            "Answers that it was too much.",
            runbook("ProviderRateLimited"),
        ),
    ),
)


WEBHOOKS = Board(
    "mediamill-webhooks",
    "Webhooks",
    "What receivers were told, and when.",
    (
        graph(
            "Tries",
            rate_of("webhook_deliveries_total", "outcome"),
            "{{outcome}}",
            "ops",
            "failed is tried again, given_up is not.",
        ),
        Panel(
            "From event to the first try",
            quantiles_of("webhook_delivery_seconds"),
            "s",
            "The objective is 30 s for 99 %.",
            runbook("WebhookBudgetBurn"),
        ),
        graph("Due", "max(mediamill_webhook_deliveries_due)", "due", "short", "Whose time has come, to whoever it is."),
        graph(
            "Oldest due",
            "max(mediamill_webhook_oldest_due_age_seconds)",
            "age",
            "s",
            "How long the oldest of them is due.",
            runbook("WebhooksOverdue"),
        ),
        graph(
            "Endpoints switched off",
            "max(mediamill_webhook_endpoints_disabled)",
            "endpoints",
            "short",
            "They failed for days.",
            runbook("WebhookEndpointDisabled"),
        ),
    ),
)


def _always(board: Board) -> Callable[[Iterable[Manifest]], str]:
    return lambda _: rendered(board)


BOARDS: Mapping[str, Callable[[Iterable[Manifest]], str]] = {
    "overview": overview,
    "gateway": _always(GATEWAY),
    "providers": _always(PROVIDERS),
    "webhooks": _always(WEBHOOKS),
    "database": _always(DATABASE),
    "tenants": _always(TENANTS),
}
"""By the names of their files in ``deploy/grafana``."""
