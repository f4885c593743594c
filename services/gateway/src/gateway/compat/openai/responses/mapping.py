"""A request for a response as an input of ours, and a job as a response."""

from __future__ import annotations

from typing import Any

from gateway.compat.openai.conversation import Message, json_schema_of, prompt_of, text_of
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.mapping import (
    MODEL_KEY,
    RESPONSE_STATUSES,
    passed_on,
    their_id,
    tokens,
    unix,
    words,
)
from gateway.compat.openai.responses.models import (
    ModelResponse,
    OutputMessage,
    OutputText,
    PostResponse,
    ResponseError,
    ResponseUsage,
)
from gateway.jobs.models import Job
from mediamill.contracts import Ask
from mediamill.jobs.states import State

PREFIX = "resp"
_NO_TOOL = (None, "none", "auto")
_OURS = "openai."


def input_of(post: PostResponse, ask: type[Ask]) -> dict[str, Any]:
    """Write the kind's input. Raises ``Refused`` for what no kind here can do."""
    for param in ("previous_response_id", "conversation"):
        if getattr(post, param) is not None:
            message = "Send the earlier turns in input; they are not kept here."
            raise Refused(400, message, code="unsupported_parameter", param=param)
    if post.tool_choice not in _NO_TOOL:
        raise Refused(400, "No model here calls tools.", code="unsupported_value", param="tool_choice")
    messages = [Message(role="user", content=post.input)] if isinstance(post.input, str) else post.input
    if post.instructions:
        messages = [Message(role="developer", content=post.instructions), *messages]
    schema = json_schema_of(post.text.format if post.text else None, "text.format")
    most = words(post.max_output_tokens)
    return {**passed_on(post.model_extra, ask), "prompt": prompt_of(messages, "input"), **schema, **most}


def response_of(job: Job) -> ModelResponse:
    """Show a job as a response."""
    is_done = job.state is State.SUCCEEDED
    schema = job.input.get("json_schema")
    return ModelResponse(
        id=their_id(PREFIX, job.id),
        created_at=unix(job.created_at) or 0,
        status=RESPONSE_STATUSES[job.state],  # type: ignore[arg-type]  # the table holds these words
        error=_error(job),
        metadata={name: value for name, value in job.metadata.items() if not name.startswith(_OURS)},
        model=job.metadata.get(MODEL_KEY, job.kind),
        output=[message_of(job)] if is_done else [],
        text={"format": {"type": "json_schema", "name": "output", "schema": schema, "strict": True}}
        if schema
        else {"format": {"type": "text"}},
        usage=_usage(job) if is_done else None,
    )


def message_of(job: Job) -> OutputMessage:
    """Give what the job wrote as a message."""
    return OutputMessage(id=message_id(job), status="completed", content=[OutputText(text=text_of(job))])


def message_id(job: Job) -> str:
    """Name the one message of a response."""
    return their_id("msg", job.id)


def _error(job: Job) -> ResponseError | None:
    if job.error is None or job.state is not State.FAILED:
        return None
    return ResponseError(code=job.error["code"].replace("-", "_"), message=job.error["message"])


def _usage(job: Job) -> ResponseUsage:
    given, written = tokens(str(job.input.get("prompt", ""))), tokens(text_of(job))
    return ResponseUsage(input_tokens=given, output_tokens=written, total_tokens=given + written)
