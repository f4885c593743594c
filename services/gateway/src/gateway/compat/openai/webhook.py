"""Who is told that a clip or a response has ended: a URL that the client adds by ``extra_body={"webhook": ...}``."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationError

from gateway.compat.openai.dialect import Refused
from gateway.webhooks.models import PostWebhook
from mediamill.events.model import EventType

_ENDS = [EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELED]


class OpenAIWebhook(PostWebhook):
    """A receiver that expects OpenAI's events."""

    dialect: ClassVar[str] = "openai"


def webhook_of(url: object) -> OpenAIWebhook | None:
    """Read who is told. Raises ``Refused`` for what is no URL."""
    if not url:
        return None
    try:
        return OpenAIWebhook(url=str(url), events=_ENDS)
    except ValidationError as error:
        raise Refused(400, error.errors()[0]["msg"], code="invalid_value", param="webhook") from error
