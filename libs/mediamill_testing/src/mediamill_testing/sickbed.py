"""Making a database sick, and hearing what the doctor says of it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from mediamill_testing.harness import Mill
from mill.doctor.finding import Finding, Verdict
from mill.stack.layout import Layout


def sql(mill: Mill, statement: str, *values: object) -> None:
    """Change the database as nobody should."""
    with psycopg.connect(mill.config.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute(statement, values)


def verdicts(check: Callable[[Layout], Finding], layout: Layout) -> tuple[Verdict, bool]:
    """Give how bad it is, and whether a fix is offered."""
    found = check(layout)
    assert (found.advice is None) == (found.verdict is Verdict.OK)
    return found.verdict, found.fix is not None
