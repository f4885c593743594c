"""A chat as an input of ours, and our text as its next message."""

from __future__ import annotations

from typing import Any

from gateway.compat.openai.chat.models import ChatUsage, Choice, Completion, PostChat, Said
from gateway.compat.openai.conversation import json_schema_of, prompt_of, text_of
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.mapping import MODEL_KEY, passed_on, their_id, tokens, unix, words
from gateway.jobs.models import Job
from mediamill.contracts import Ask

PREFIX = "chatcmpl"
_NO_TOOL = (None, "none", "auto")


def input_of(post: PostChat, ask: type[Ask]) -> dict[str, Any]:
    """Write the kind's input. Raises ``Refused`` for what no kind here can do."""
    if post.n not in {None, 1}:
        raise Refused(400, "There is one choice in an answer.", code="unsupported_value", param="n")
    if post.tool_choice not in _NO_TOOL:
        raise Refused(400, "No model here calls tools.", code="unsupported_value", param="tool_choice")
    schema = json_schema_of(post.response_format, "response_format")
    most = words(post.max_completion_tokens or post.max_tokens)
    return {**passed_on(post.model_extra, ask), "prompt": prompt_of(post.messages, "messages"), **schema, **most}


def completion_of(job: Job) -> Completion:
    """Answer with the text of a job that has succeeded."""
    return Completion(
        id=their_id(PREFIX, job.id),
        created=unix(job.created_at) or 0,
        model=job.metadata.get(MODEL_KEY, job.kind),
        choices=[Choice(message=Said(content=text_of(job)))],
        usage=usage_of(job),
    )


def usage_of(job: Job) -> ChatUsage:
    """Estimate the tokens of a job."""
    prompt, completion = tokens(str(job.input.get("prompt", ""))), tokens(text_of(job))
    return ChatUsage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
