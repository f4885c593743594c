"""Every metric of Mediamill in one table: its name with its unit, its closed label sets, who exports it.

Who counts what. A worker cannot count its own death, so what becomes of jobs is counted from the events in Postgres by
the conductor that holds the meter (``conductor.meter``); workers and gateways export only what they alone see. Tenant,
job, URL, model and host are never labels: they are open sets, and belong to logs, traces and SQL.

One process is one registry. Workers run threads and not forks (ADR 3), so there is no multiprocess mode here, no folder
of counter files and nothing to mark as dead: of several workers under one supervisor each has a port of its own, and a
counter of a process that ended ends with it, as ``rate()`` expects.

The values are in ``meters``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "mediamill_"


class Type(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Component(StrEnum):
    """Who exports."""

    GATEWAY = "gateway"
    CONDUCTOR = "conductor"
    WORKER = "worker"


OTHER = "other"
"""What is counted as whatever is in no closed set."""

Labels = dict[str, tuple[str, ...]]

OPEN = frozenset({"queue", "provider"})
"""Labels whose sets an installation closes: its queues, and the providers that its manifests name."""

MEDIA_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800)
ANSWER_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 2, 10, 30)
"""Edges of the buckets in seconds; the threshold of every objective is one of them."""

OUTCOMES = ("succeeded", "failed", "canceled", "timed_out")
USER_FAULTS = ("invalid", "moderated", "limits")
"""Classes of errors that are the asker's own: they burn no objective."""
ERROR_CLASSES = (
    *("none", "canceled", "timeout", "crashed", "transient", "permanent", "provider_down"),
    *("child_failed", "unexpected", *USER_FAULTS),
)
ERROR_CLASS_OF = {
    "timeout": "timeout",
    "crashed": "crashed",
    "child-failed": "child_failed",
    "unexpected": "unexpected",
    "moderated": "moderated",
    "invalid-input": "invalid",
    "bad-media": "invalid",
    "unsupported-media": "invalid",
    "too-large": "invalid",
    "not-found": "invalid",
    "out-of-budget": "limits",
    "over-quota": "limits",
    "over-storage": "limits",
}
"""The class of errors by their code, where the error's own class (transient, permanent, provider_down) says less."""

STATES = ("queued", "handed", "running", "waiting")
REASONS = ("first", "retry", "redrive", "lease_expired", "drained", "other")
SURFACES = ("native", "waiting", "stream", "replicate", "openai", "fal", "product", "operations")
STATUSES = ("2xx", "3xx", "4xx", "5xx")
LOOPS = ("dispatch", "sweep", "calendar", "money", "meter", "courier", "watch", "pods", "other")
TABLES = ("jobs", "events", "steps", "lines", "leases", "waits", "ledger", "webhook_deliveries")
OPERATIONS = ("ask", "look", "cancel")
REQUEST_S = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60)
REQUEST_OUTCOMES = ("ok", "rate_limited", "refused", "failed")
DIRECTIONS = ("stored", "opened", "uploaded")

TABLE: dict[str, Metric] = {}


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric: ``labels`` names the closed set of each label; an open one is closed by the installation."""

    name: str
    type: Type
    by: tuple[Component, ...]
    help: str
    labels: Labels
    edges: tuple[float, ...] = ()

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus has it."""
        if self.type is Type.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
        return (self.name,)


def _declare(
    name: str,
    type: Type,
    by: Component | tuple[Component, ...],
    help: str,
    labels: Labels | None = None,
    edges: tuple[float, ...] = (),
) -> Metric:
    makers = (by,) if isinstance(by, Component) else by
    metric = TABLE[PREFIX + name] = Metric(PREFIX + name, type, makers, help, labels or {}, edges)
    return metric


_QUEUE: Labels = {"queue": ()}
_PROVIDER: Labels = {"provider": ()}
_G, _C, _H = Type.GAUGE, Type.COUNTER, Type.HISTOGRAM
_GATEWAY, _CONDUCTOR, _WORKER = Component.GATEWAY, Component.CONDUCTOR, Component.WORKER
_ALL = (_GATEWAY, _CONDUCTOR, _WORKER)
_HOLDERS = (_GATEWAY, _WORKER)

# --- what becomes of jobs: counted from the events, by the conductor that holds the meter -----------------------------
JOBS_SUBMITTED = _declare("jobs_submitted_total", _C, _CONDUCTOR, "Jobs that were accepted.", _QUEUE)
JOBS_FINISHED = _declare(
    "jobs_finished_total",
    _C,
    _CONDUCTOR,
    "Jobs that have ended, by how and by which class of error.",
    {**_QUEUE, "outcome": OUTCOMES, "error_class": ERROR_CLASSES},
)
JOB_ATTEMPTS = _declare(
    "job_attempts_total",
    _C,
    _CONDUCTOR,
    "Why jobs got a run: their first, a retry, a worker that died or drained.",
    {**_QUEUE, "reason": REASONS},
)
JOB_QUEUE_WAIT = _declare(
    "job_queue_wait_seconds",
    _H,
    _CONDUCTOR,
    "From being due, which run_at may delay, to the first start.",
    _QUEUE,
    edges=MEDIA_S,
)
JOB_RUN = _declare(
    "job_run_seconds",
    _H,
    _CONDUCTOR,
    "From the first start to the end, parked time included; of jobs that were not canceled.",
    {**_QUEUE, "outcome": ("succeeded", "failed")},
    edges=MEDIA_S,
)
JOB_E2E = _declare("job_e2e_seconds", _H, _CONDUCTOR, "From acceptance to the end.", _QUEUE, edges=MEDIA_S)
PROVIDER_COST = _declare("provider_cost_usd_total", _C, _CONDUCTOR, "What the ledger settled for purchases.", _PROVIDER)
PROVIDER_REFUNDS = _declare("provider_refunds_usd_total", _C, _CONDUCTOR, "What the ledger got back of it.", _PROVIDER)

# --- how things are: gauges of the conductor that holds the meter, gone from the others -------------------------------
QUEUE_JOBS = _declare(
    "queue_jobs",
    _G,
    _CONDUCTOR,
    "Jobs that have not ended; handed: published and not claimed yet.",
    {**_QUEUE, "state": STATES},
)
QUEUE_OLDEST = _declare(
    "queue_oldest_runnable_age_seconds", _G, _CONDUCTOR, "How long the oldest job in line has been due.", _QUEUE
)
QUEUE_UNCLAIMED = _declare(
    "queue_oldest_unclaimed_age_seconds",
    _G,
    _CONDUCTOR,
    "How long the oldest delivery was published, unclaimed.",
    _QUEUE,
)
QUEUE_BACKLOG = _declare(
    "queue_backlog_seconds", _G, _CONDUCTOR, "Work that could run and does not, in seconds of one slot.", _QUEUE
)
QUEUE_WANTED = _declare(
    "queue_wanted_slots", _G, _CONDUCTOR, "Slots that would clear the backlog in the queue's target time.", _QUEUE
)
QUEUE_SLOTS = _declare(
    "queue_slots",
    _G,
    _CONDUCTOR,
    "Slots of live workers that serve the queue; one of many queues counts for each.",
    _QUEUE,
)
QUEUE_PAUSED = _declare("queue_paused", _G, _CONDUCTOR, "1 while an operator has paused the queue.", _QUEUE)
BREAKER = _declare(
    "provider_breaker_state",
    _G,
    _CONDUCTOR,
    "0 closed, 1 failing, 2 open: nothing is asked of a model of it.",
    _PROVIDER,
)
PREDICTIONS = _declare("provider_predictions", _G, _CONDUCTOR, "Predictions in flight, held by no slot.", _PROVIDER)
WEBHOOKS_DUE = _declare("webhook_deliveries_due", _G, _CONDUCTOR, "Deliveries whose time has come.")
WEBHOOKS_OLDEST = _declare("webhook_oldest_due_age_seconds", _G, _CONDUCTOR, "How long the oldest of them is due.")
ENDPOINTS_DISABLED = _declare("webhook_endpoints_disabled", _G, _CONDUCTOR, "Endpoints switched off for failing.")
DB_BYTES = _declare("database_bytes", _G, _CONDUCTOR, "Size of the database.")
DB_CONNECTIONS = _declare("database_connections", _G, _CONDUCTOR, "Sessions of the database, idle ones included.")
DB_LIMIT = _declare("database_connections_limit", _G, _CONDUCTOR, "Sessions that Postgres allows.")
DB_OLDEST = _declare(
    "database_oldest_transaction_age_seconds", _G, _CONDUCTOR, "Age of the oldest open transaction: it stops vacuum."
)
DB_DEAD_ROWS = _declare("database_dead_rows", _G, _CONDUCTOR, "Rows that vacuum has yet to clear.", {"table": TABLES})
DB_LIVE_ROWS = _declare("database_live_rows", _G, _CONDUCTOR, "Rows, as Postgres estimates.", {"table": TABLES})

# --- what a conductor does --------------------------------------------------------------------------------------------
HOLDS_METER = _declare("conductor_holds_meter", _G, _CONDUCTOR, "1 at the conductor that counts, 0 at the standbys.")
LOOP_AGE = _declare(
    "conductor_loop_age_seconds", _G, _CONDUCTOR, "Since a loop's last turn that went well.", {"loop": LOOPS}
)
LOOP_TURNS = _declare("conductor_turns_total", _C, _CONDUCTOR, "Turns of a loop.", {"loop": LOOPS})
LOOP_FAILURES = _declare("conductor_turn_failures_total", _C, _CONDUCTOR, "Turns that broke.", {"loop": LOOPS})
WEBHOOK_DELIVERIES = _declare(
    "webhook_deliveries_total",
    _C,
    _CONDUCTOR,
    "Tries to deliver; given_up: the last of them failed.",
    {"outcome": ("delivered", "failed", "given_up")},
)
WEBHOOK_DELAY = _declare(
    "webhook_delivery_seconds",
    _H,
    _CONDUCTOR,
    "From an event to the end of the first try to tell it.",
    {"outcome": ("delivered", "failed")},
    edges=MEDIA_S,
)

# --- what a gateway sees ----------------------------------------------------------------------------------------------
REQUESTS = _declare(
    "gateway_request_seconds",
    _H,
    _GATEWAY,
    "To the first byte; 'waiting' asked to wait for a job's end.",
    {"surface": SURFACES, "status": STATUSES},
    edges=ANSWER_S,
)
SSE_CLIENTS = _declare("sse_clients", _G, _GATEWAY, "Open event streams.")
SSE_BYTES = _declare("sse_sent_bytes_total", _C, _GATEWAY, "Bytes of events that streams were sent.")
SSE_LAG = _declare(
    "sse_event_lag_seconds", _H, _GATEWAY, "From an event to its reaching those who listen.", edges=ANSWER_S
)

# --- what a worker sees -----------------------------------------------------------------------------------------------
WORKER_SLOTS = _declare("worker_slots", _G, _WORKER, "Slots of this worker.", {"state": ("busy", "idle", "draining")})

# --- what several see -------------------------------------------------------------------------------------------------
ASSET_BYTES = _declare(
    "asset_bytes_total", _C, _HOLDERS, "Bytes of assets: made, opened, uploaded.", {"direction": DIRECTIONS}
)
ASSET_TRANSFER = _declare(
    "asset_transfer_seconds",
    _H,
    _HOLDERS,
    "How long an asset takes to or from the store.",
    {"direction": DIRECTIONS, "outcome": ("ok", "failed")},
    edges=ANSWER_S,
)
PROVIDER_REQUESTS = _declare(
    "provider_requests_total",
    _C,
    _ALL,
    "Requests to vendors, each one try.",
    {**_PROVIDER, "operation": OPERATIONS, "outcome": REQUEST_OUTCOMES},
)
PROVIDER_TIME = _declare(
    "provider_request_seconds",
    _H,
    _ALL,
    "How long vendors take to answer, whatever they say.",
    {**_PROVIDER, "operation": OPERATIONS},
    edges=REQUEST_S,
)
RATE_LIMITED = _declare("provider_rate_limited_total", _C, _ALL, "Answers of vendors that it was too much.", _PROVIDER)
BUILD = _declare("build_info", _G, _ALL, "1; who this process is.", {"component": tuple(Component), "version": ()})

FOREIGN = frozenset({"up", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"})
"""Series that Prometheus itself or its client library gives."""


def is_possible(metric: Metric, labels: dict[str, str]) -> bool:
    """Tell whether a combination of labels can occur, so that it is there, as 0, from the beginning."""
    if metric is not JOBS_FINISHED:
        return True
    outcome, error = labels["outcome"], labels["error_class"]
    alone = {"succeeded": "none", "canceled": "canceled", "timed_out": "timeout"}
    return alone[outcome] == error if outcome in alone else error not in alone.values()


def series() -> frozenset[str]:
    """Give the names of every series that may be asked for, ours and foreign ones."""
    return FOREIGN.union(*(metric.series for metric in TABLE.values()))
