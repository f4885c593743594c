"""OpenAI's HTTP API: chat, pictures, edits, speech and transcripts, answered at once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple

from starlette.types import Scope, Send

from mediamill.ids import uuid7
from mediamill_testing.vendor.asgi import answer, header
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.example import example
from mediamill_testing.vendor.forms import Form, read_form
from mediamill_testing.vendor.messenger import Messenger, standard_webhooks
from mediamill_testing.vendor.shop import Refusal, Shop

CODES = {
    "throttled": "rate_limit_exceeded",
    "penniless": "insufficient_quota",
    "moderated": "moderation_blocked",
    "unauthenticated": "invalid_api_key",
    "not found": "model_not_found",
}
WORDS = {
    "throttled": "Rate limit reached.",
    "penniless": "You exceeded your current quota, please check your plan and billing details.",
    "moderated": "Your request was rejected by the safety system.",
    "broken": "The server had an error while processing your request.",
    "away": "The engine is currently overloaded, please try again later.",
}
SOUNDS = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "opus": "audio/ogg", "aac": "audio/aac"}
BASE64_ONLY = ("gpt-image-", "chatgpt-image-")
CREATED = 1_700_000_000
TOKENS_A_PICTURE = 100

Write = Callable[[Sale], Any]


class Order(NamedTuple):
    """What one call of the API is answered with, or why it is refused."""

    write: Write | None
    fault: str = ""


class OpenAIApi(Shop):
    """Sells direct answers. What a repeated key is worth is up to the faults."""

    refused_status = 400

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._by_key: dict[str, Sale] = {}

    async def route(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer a request."""
        path = scope["path"].removeprefix("/v1/").strip("/")
        match scope["method"], path:
            case "POST", "chat/completions":
                await self._sell(scope, json.loads(body), self._chat, send)
            case "POST", "images/generations":
                await self._sell(scope, json.loads(body), self._images, send)
            case "POST", "images/edits":
                form = read_form(header(scope, "content-type"), body)
                asked = form.told() | {"n": int(form.texts.get("n") or 1)}
                await self._sell(scope, asked, partial(self._edits, form), send)
            case "POST", "audio/transcriptions":
                form = read_form(header(scope, "content-type"), body)
                await self._sell(scope, form.told(), partial(self._transcript, form), send)
            case "POST", "audio/speech":
                await self._sell(scope, json.loads(body), self._speech, send)
            case "GET", "models":
                models = [
                    {"id": id, "object": "model", "created": CREATED, "owned_by": "tests"} for id in self.catalogue
                ]
                await answer(send, 200, {"object": "list", "data": models})
            case _:
                await self.not_found(send)

    def name_of(self, scope: Scope) -> str:
        """Name the kind of a path."""
        return str(scope["path"].removeprefix("/v1/").strip("/"))

    def problem(self, refusal: Refusal) -> dict[str, Any]:
        """Write a refusal as OpenAI does."""
        kind = "server_error" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        message = WORDS.get(refusal.fault, refusal.fault)
        return {"error": {"message": message, "type": kind, "param": None, "code": CODES.get(refusal.fault)}}

    def messenger(self) -> Messenger:
        """Make what would send webhooks; nothing here has one."""
        return Messenger(self.faults, lambda _: b"", standard_webhooks)

    async def _refuse(self, send: Send, refusal: Refusal) -> None:
        # An account without money is told that it is too fast.
        status = HTTPStatus.TOO_MANY_REQUESTS if refusal.fault == "penniless" else refusal.status
        await super()._refuse(send, Refusal(status, refusal.fault))

    async def _sell(
        self, scope: Scope, asked: dict[str, Any], order: Callable[[dict[str, Any]], Order], send: Send
    ) -> None:
        ordered = order(asked)
        if ordered.write is None:
            await self._refuse(send, Refusal(HTTPStatus.BAD_REQUEST, ordered.fault))
            return
        key = header(scope, "idempotency-key")
        if self.faults.replays and key in self._by_key:
            made = ordered.write(self._by_key[key])
            content, media_type = made if isinstance(made, tuple) else (made, "application/json")
            await self.slow()
            await answer(send, 200, content, media_type)
            return
        sale = Sale(asked["model"], asked, None, [], 0, self.catalogue.get(asked["model"], Product()), key)
        if key:
            self._by_key[key] = sale
        await self.sell(sale, send, ordered.write, 200, x_request_id=f"req_{uuid7().hex}")

    def _chat(self, asked: dict[str, Any]) -> Order:
        wanted = (asked.get("response_format") or {}).get("json_schema") or {}

        def write(sale: Sale) -> dict[str, Any]:
            says = sale.product.says if sale.product else ""
            words = says or (json.dumps(example(wanted["schema"])) if wanted else "A few words.")
            limit = asked.get("max_completion_tokens")
            is_cut = limit is not None and limit < len(words) // 4
            refusal = str(sale.input["fail"]) if sale.input.get("fail") else None
            message = {"role": "assistant", "content": None if refusal else words, "refusal": refusal}
            asked_for = sum(len(str(turn["content"])) for turn in asked["messages"]) // 4
            said = len(words) // 4
            return {
                "id": f"chatcmpl-{sale.id}",
                "object": "chat.completion",
                "created": CREATED,
                "model": sale.model,
                "choices": [
                    {"index": 0, "message": message, "finish_reason": "length" if is_cut else "stop", "logprobs": None}
                ],
                "usage": {"prompt_tokens": asked_for, "completion_tokens": said, "total_tokens": asked_for + said},
            }

        return Order(write)

    def _images(self, asked: dict[str, Any]) -> Order:
        is_base64 = asked["model"].startswith(BASE64_ONLY)
        if is_base64 and "response_format" in asked:
            return Order(None, "Unknown parameter: 'response_format'.")
        count = int(asked.get("n", 1))

        def write(sale: Sale) -> dict[str, Any]:
            product = sale.product or Product()
            pictures = [base64.b64encode(product.content(asked, number)).decode() for number in range(count)]
            urls = [f"{self.base}/outputs/{sale.id}/{number}.png" for number in range(count)]
            by_url = not is_base64 and asked.get("response_format", "url") == "url"
            data = [{"url": url} for url in urls] if by_url else [{"b64_json": picture} for picture in pictures]
            used = {"input_tokens": len(asked["prompt"]) // 4, "output_tokens": TOKENS_A_PICTURE * count}
            used |= {"total_tokens": sum(used.values())}
            details = {"input_tokens_details": {"text_tokens": used["input_tokens"], "image_tokens": 0}}
            return {"created": CREATED, "data": data, "usage": used | details if is_base64 else None}

        return Order(write)

    def _edits(self, form: Form, asked: dict[str, Any]) -> Order:
        pictures = [file.png() for file in form.files.get("image", ())]
        if not pictures or None in pictures:
            return Order(None, "Invalid image file or mode for image, please check your image file.")
        for mask in form.files.get("mask", ()):
            facts = mask.png()
            if facts is None or not facts[2]:
                return Order(None, "Invalid mask image format - mask image must contain an alpha channel.")
            if facts[:2] != (pictures[0] or ())[:2]:
                return Order(None, "Invalid mask image format - mask size does not match image size.")
        return self._images(asked)

    def _transcript(self, form: Form, asked: dict[str, Any]) -> Order:
        if not form.files.get("file") or not asked["file"][0]["bytes"]:
            return Order(None, "Audio file is too short. Minimum audio length is 0.1 seconds.")
        format, is_whisper = asked.get("response_format", "json"), asked["model"].startswith("whisper-")
        if format not in ({"json", "text", "srt", "vtt", "verbose_json"} if is_whisper else {"json", "text"}):
            return Order(None, f"response_format '{format}' is not compatible with model '{asked['model']}'.")

        def write(sale: Sale) -> dict[str, Any]:
            says = sale.product.says if sale.product else ""
            if format != "verbose_json":
                return {"text": says, "usage": {"type": "duration", "seconds": 1}}
            bare = [word.strip(".,!?") for word in says.split()]
            words = [{"word": word, "start": 0.3 * n, "end": 0.3 * n + 0.25} for n, word in enumerate(bare)]
            told = {"task": "transcribe", "language": "english", "duration": 0.3 * len(bare), "text": says}
            return {**told, "words": words if "word" in asked.get("timestamp_granularities", "") else None}

        return Order(write)

    def _speech(self, asked: dict[str, Any]) -> Order:
        format = asked.get("response_format", "mp3")
        product = self.catalogue.get(asked["model"], Product(makes="audio/wav"))
        if format != "wav" and not product.file:
            return Order(None, f"This server makes wav only, not {format}, unless its catalogue names a file.")
        return Order(lambda _: (product.content(asked, 0), SOUNDS.get(format, "application/octet-stream")))
