"""Refusals of ours, as OpenAI's clients read them."""

from __future__ import annotations

import json

import pytest

from gateway.compat.openai.conversation import pieces
from gateway.compat.openai.dialect import OpenAI
from gateway.problems import Problem, WrongField


def problem(status: int, code: str, *loc: str | int) -> Problem:
    errors = [WrongField(loc=list(loc), msg="no")] if loc else None
    return Problem(type="t", title="Title.", status=status, detail="Why.", code=code, errors=errors)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "unauthorized", (401, "invalid_request_error", "invalid_api_key", None)),
        (402, "out-of-budget", (429, "insufficient_quota", "insufficient_quota", "false")),
        (403, "forbidden", (403, "permission_error", "insufficient_permissions", None)),
        (404, "unknown-model", (404, "invalid_request_error", "model_not_found", None)),
        (409, "idempotency-mismatch", (400, "invalid_request_error", "idempotency_mismatch", "false")),
        (413, "too-large", (413, "invalid_request_error", "too_large", None)),
        (422, "invalid-input", (400, "invalid_request_error", "invalid_input", None)),
        (429, "over-quota", (429, "rate_limit_exceeded", "rate_limit_exceeded", None)),
        (500, "internal", (500, "server_error", "internal", None)),
        (503, "unavailable", (503, "server_error", "unavailable", None)),
    ],
)
def test_a_refusal_has_their_status_type_and_code_and_says_whether_to_try_again(
    status: int, code: str, told: tuple[int, str, str, str | None]
) -> None:
    refusal = OpenAI().refuse(problem(status, code))

    error = json.loads(refusal.body)["error"]
    assert (refusal.status, error["type"], error["code"], refusal.headers.get("x-should-retry")) == told
    assert error["message"] == "Why."


def test_a_wrong_field_is_named_by_its_path() -> None:
    refusal = OpenAI().refuse(problem(422, "invalid-request", "messages", 0, "role"))

    assert json.loads(refusal.body)["error"]["param"] == "messages.0.role"


@pytest.mark.parametrize("text", ["", " ", "a", " a  b\n\nc ", "日本語 is one"])
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text
