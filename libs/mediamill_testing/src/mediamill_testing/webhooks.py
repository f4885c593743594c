"""What tests of webhooks do to a mill and see in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from mediamill.webhooks import queries
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver


def add_endpoint(mill: Mill, url: str, events: list[str] | None = None, tenant_id: UUID | None = None) -> UUID:
    """Make an endpoint of the first tenant or of another."""
    with mill.db.unit_of_work() as connection:
        made = connection.execute(queries.new_endpoint(tenant_id or mill.tenant, url, events))
        return UUID(str(made.one().id))


def endpoint(mill: Mill, endpoint_id: UUID) -> Row[Any]:
    """Give an endpoint's row."""
    return sql(mill, "SELECT * FROM webhook_endpoints WHERE id = :id", id=endpoint_id)[0]


def deliveries(mill: Mill) -> list[Row[Any]]:
    """Give all deliveries."""
    return sql(mill, "SELECT * FROM webhook_deliveries ORDER BY job_id, seq")


def sql(mill: Mill, statement: str, **values: Any) -> list[Row[Any]]:
    """Look into the database, or change it."""
    with mill.db.unit_of_work() as connection:
        result = connection.execute(text(statement), values)
        return list(result) if result.returns_rows else []


def make_due(mill: Mill) -> None:
    """Let the time pass that every delivery waits for."""
    sql(mill, "UPDATE webhook_deliveries SET due_at = now() WHERE due_at IS NOT NULL")


def run(mill: Mill, **facts: Any) -> UUID:
    """Run a job to its end."""
    job_id = mill.accept("test.noop", **facts)
    mill.work_until_idle()
    return job_id


def states(mill: Mill) -> set[str]:
    """Give the states that deliveries are in."""
    return {delivery.state for delivery in deliveries(mill)}


def told(receiver: Receiver) -> list[str]:
    """Give the types of the events that a receiver was told, sorted."""
    return sorted(message.json["type"] for message in receiver.received)
