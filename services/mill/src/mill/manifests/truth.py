"""The dashboards of the database, with those that keep it moving, and of the tenants, whom only it may tell of."""

from __future__ import annotations

from mill.manifests.panels import Board, Panel, Query, Table, graph, rate_of
from mill.manifests.prometheus import runbook

_TOP = """SELECT tenants.name AS tenant, sum(used.jobs)::bigint AS jobs, sum(used.failed)::bigint AS failed,
    sum(used.cost) AS cost, sum(used.bytes)::bigint AS bytes
FROM usage_days AS used JOIN tenants ON tenants.id = used.tenant_id
WHERE used.day > current_date - 7 GROUP BY tenants.name ORDER BY {order} DESC LIMIT 20"""

_NOW = """SELECT tenants.name AS tenant, count(*) FILTER (WHERE NOT held) AS queued,
    count(*) FILTER (WHERE held) AS running
FROM (SELECT tenant_id, false AS held FROM lines UNION ALL SELECT tenant_id, true FROM leases) AS open
JOIN tenants ON tenants.id = open.tenant_id GROUP BY tenants.name ORDER BY count(*) DESC LIMIT 20"""

DATABASE = Board(
    "mediamill-database",
    "Database and conductors",
    "The truth and who moves it.",
    (
        graph("Size", "max(mediamill_database_bytes)", "bytes", "bytes", "Of the database, indexes included."),
        Panel(
            "Sessions",
            (
                Query("max(mediamill_database_connections)", "in use"),
                Query("max(mediamill_database_connections_limit)", "allowed"),
            ),
            "short",
            "Of all processes together.",
            runbook("DatabaseConnectionsNear"),
        ),
        graph(
            "Oldest transaction",
            "max(mediamill_database_oldest_transaction_age_seconds)",
            "age",
            "s",
            "It stops vacuum, and holds up tenants' events, webhooks and counting.",
            runbook("DatabaseOldTransaction"),
        ),
        graph(
            "Dead rows",
            "max by (table) (mediamill_database_dead_rows)",
            "{{table}}",
            "short",
            "Rows that vacuum has yet to clear.",
            runbook("DatabaseDeadRows"),
        ),
        graph("Rows", "max by (table) (mediamill_database_live_rows)", "{{table}}", "short", "As Postgres estimates."),
        graph(
            "Turns of the loops",
            rate_of("conductor_turns_total", "loop"),
            "{{loop}}",
            "ops",
            "How often conductors look.",
        ),
        graph(
            "Turns that broke",
            rate_of("conductor_turn_failures_total", "loop"),
            "{{loop}}",
            "ops",
            "Mostly because the database was away.",
            runbook("ConductorLoopStuck"),
        ),
        graph(
            "Since a loop's last turn",
            "max by (loop) (mediamill_conductor_loop_age_seconds)",
            "{{loop}}",
            "s",
            "The calendar and idle watchers look twice a minute, the others at least every ten seconds.",
            runbook("ConductorLoopStuck"),
        ),
        graph(
            "Who counts",
            "sum(mediamill_conductor_holds_meter)",
            "conductors",
            "short",
            "1, or no number of jobs is to be trusted.",
            runbook("MeterMissing"),
        ),
        graph(
            "Unclaimed deliveries",
            "max by (queue) (mediamill_queue_oldest_unclaimed_age_seconds)",
            "{{queue}}",
            "s",
            "How long the oldest was published and nobody took it.",
            runbook("DeliveriesUnclaimed"),
        ),
    ),
)


TENANTS = Board(
    "mediamill-tenants",
    "Tenants",
    "Who uses what.",
    (
        Table("Most jobs, 7 days", _TOP.format(order="jobs"), "Who asks for most."),
        Table("Most cost, 7 days", _TOP.format(order="cost"), "Who spends most, by the ledger."),
        Table("In line now", _NOW, "Whose jobs wait and run."),
        Table("Failing most, 7 days", _TOP.format(order="failed"), "Whose jobs fail, for whatever reason."),
    ),
)
