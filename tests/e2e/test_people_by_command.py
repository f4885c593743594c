"""Plans, tenants and people, as an operator keeps them: by the mill command."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from mediamill_testing.stacks import Stack
from mill.cli.app import app

pytestmark = pytest.mark.xdist_group("stack")

NOOP = {"kind": "test.noop", "input": {}}


def test_an_operator_sells_a_plan_and_somebody_of_the_tenant_works_within_it(stack: Stack) -> None:
    def mill(*arguments: str) -> Any:
        told = CliRunner().invoke(app, [*arguments, "--url", stack.url, "--key", stack.operator_key, "--json"])
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    mill("plans", "set", "small", "--paid", "--limit", "weight=2", "--limit", "max_monthly=5")
    mill("plans", "set", "small", "--limit", "max_monthly=1", "--limit", "max_bytes=1MB")
    tenant = mill("tenants", "create", "studio", "--plan", "small", "--limit", "weight=9")
    changed = mill("tenants", "set", "studio", "--limit", "weight=plan")
    mill("users", "add", "ana@studio.example", "--tenant", "studio", "--role", "viewer")
    secret = mill("users", "key", "ana@studio.example", "--tenant", "studio", "--name", "laptop")["secret"]

    with stack.client(secret) as ana:
        looked = ana.post("/v1/jobs", json=NOOP)
        mill("users", "set", "ana@studio.example", "--tenant", "studio", "--role", "member")
        made = [_post(ana) for _ in range(2)]
        mill("users", "remove", "ana@studio.example", "--tenant", "studio", "--yes")
        gone = ana.get("/v1/jobs")

    listed = {plan["name"]: plan for plan in mill("plans", "list")}
    assert (tenant["weight"], changed["weight"], changed["own"]) == (9, 2, [])
    assert (changed["max_monthly"], changed["max_bytes"]) == (1, 10**6)
    assert (listed["small"]["is_paid"], listed["small"]["tenants"]) == (True, 1)
    assert [looked.status_code, *made, gone.status_code] == [403, 202, 429, 401]
    assert mill("users", "list", "--tenant", "studio") == []


def _post(client: httpx.Client) -> int:
    return client.post("/v1/jobs", json=NOOP).status_code
