"""OpenAI's calls: each is asked once, answers at once, and carries the key of its effect."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx2
from openai import OpenAI as Client
from openai import OpenAIError, omit
from openai.types import ImagesResponse
from openai.types.chat import ChatCompletion

from mediamill.errors import NotFound, OutcomeUnknown, Permanent, Transient
from mediamill.settings import Settings, settings
from mediamill_vendors.openai.heard import written
from mediamill_vendors.openai.made import Drawn, Message, Said, Spoken, Written
from mediamill_vendors.openai.schema import is_strict
from mediamill_vendors.openai.wire import Wire
from mediamill_vendors.outputs import fetch
from mediamill_vendors.refusals import refused

T = TypeVar("T")

Voiced = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
CHAT_S = 120.0
IMAGE_S = 180.0
SPEECH_S = 120.0
TRANSCRIPT_S = 300.0
MOST_IMAGE_BYTES = 50_000_000
_ALWAYS_BASE64 = ("gpt-image-", "chatgpt-image-")
"""These models know no other form and refuse to be asked for one."""


class OpenAI:
    """A way to OpenAI, or to a server that speaks like it, which all threads of a process share.

    Every call raises errors of ours. ``is_refusal`` is true on those for which surely nothing was made or billed; after
    any other nobody knows, unless the server replays (``again``).
    """

    name = "openai"

    def __init__(self, config: Settings) -> None:
        base = config.openai_base_url.rstrip("/")
        self._client = Client(
            api_key=config.openai_api_key.get_secret_value(),
            base_url=base,
            max_retries=0,
            http_client=httpx2.Client(transport=Wire(base), trust_env=False),
        )
        self._replays = config.openai_replays

    def chat(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        key: str,
        schema: Mapping[str, Any] | None = None,
        most_tokens: int | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        timeout_s: float = CHAT_S,
    ) -> Said:
        """Have a model answer, as JSON of a schema if one is given; whether it kept to that, the caller checks."""
        with _understood():
            completion = self._client.chat.completions.create(
                model=model,
                messages=[{"role": role, "content": text} for role, text in messages],  # type: ignore[misc]  # one of them
                response_format=_as_json(schema) if schema is not None else omit,
                max_completion_tokens=_given(most_tokens),
                temperature=_given(temperature),
                seed=_given(seed),
                extra_headers=_keyed(key),
                timeout=timeout_s,
            )
            return _said(completion)

    def image(
        self,
        model: str,
        prompt: str,
        *,
        key: str,
        size: str = "auto",
        n: int = 1,
        quality: str | None = None,
        background: str | None = None,
        timeout_s: float = IMAGE_S,
    ) -> Drawn:
        """Have ``n`` pictures drawn. ``size``, ``quality`` and ``background`` are the model's own words."""
        with _understood():
            answer = self._client.images.generate(
                model=model,
                prompt=prompt,
                n=n,
                size=size,
                quality=_given(quality),
                background=_given(background),
                response_format=omit if model.startswith(_ALWAYS_BASE64) else "b64_json",
                extra_headers=_keyed(key),
                timeout=timeout_s,
            )
            return _drawn(answer, n)

    def edit(
        self,
        model: str,
        images: Sequence[Path],
        prompt: str,
        *,
        key: str,
        mask: Path | None = None,
        size: str = "auto",
        n: int = 1,
        quality: str | None = None,
    ) -> Drawn:
        """Have pictures changed as a prompt says, ``n`` times: all of them together, the first the leading one.

        Files are PNG. Of a ``mask`` only what is transparent may change; it is as large as the first picture.
        """
        with _understood():
            answer = self._client.images.edit(
                model=model,
                image=[_png(path) for path in images],
                mask=omit if mask is None else _png(mask),
                prompt=prompt,
                n=n,
                size=size,
                quality=_given(quality),
                response_format=omit if model.startswith(_ALWAYS_BASE64) else "b64_json",
                extra_headers=_keyed(key),
                timeout=IMAGE_S,
            )
            return _drawn(answer, n)

    def speech(
        self,
        model: str,
        text: str,
        *,
        key: str,
        voice: str,
        format: Voiced = "mp3",
        speed: float = 1.0,
        instructions: str | None = None,
        timeout_s: float = SPEECH_S,
    ) -> Spoken:
        """Have a text spoken."""
        with _understood():
            answer = self._client.audio.speech.create(
                model=model,
                input=text,
                voice=voice,
                response_format=format,
                speed=speed,
                instructions=_given(instructions),
                extra_headers=_keyed(key),
                timeout=timeout_s,
            )
            content, media_type = answer.content, answer.response.headers.get("content-type", "")
        if not content:
            raise Transient("openai's answer holds no sound.")
        return Spoken(content=content, media_type=media_type.partition(";")[0], characters=len(text))

    def transcript(
        self,
        model: str,
        recording: Path,
        *,
        key: str,
        language: str | None = None,
        hint: str = "",
        is_timed: bool = False,
        timeout_s: float = TRANSCRIPT_S,
    ) -> Written:
        """Have a recording (MP3, at most 25 MB) written down; ``is_timed`` also asks when each word is heard."""
        timed: dict[str, Any] = {"response_format": "verbose_json", "timestamp_granularities": ["word"]}
        with _understood():
            answer = self._client.audio.transcriptions.create(
                model=model,
                file=("recording.mp3", recording.read_bytes(), "audio/mpeg"),
                language=_given(language),
                prompt=hint or omit,
                extra_headers=_keyed(key),
                timeout=timeout_s,
                **(timed if is_timed else {"response_format": "json"}),
            )
            return written(answer)

    def again(self, call: Callable[[str], T]) -> Callable[[str], T]:
        """Give how to recover a call: the same call again, where a repeated key gives the first answer.

        Elsewhere that would buy a second time, so it raises ``OutcomeUnknown`` instead.
        """
        if self._replays:
            return call

        @wraps(call)
        def unknown(key: str) -> T:
            raise OutcomeUnknown(f"openai cannot tell whether it did {key}.")

        return unknown


def _given(value: T | None) -> Any:
    return omit if value is None else value


def _keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _as_json(schema: Mapping[str, Any]) -> Any:
    wanted = {"name": "answer", "schema": dict(schema), "strict": is_strict(schema)}
    return {"type": "json_schema", "json_schema": wanted}


def _said(completion: ChatCompletion) -> Said:
    choice, used = completion.choices[0], completion.usage
    refusal = choice.message.refusal or None
    if choice.finish_reason == "content_filter":
        refusal = refusal or "The answer was held back by the vendor's filter."
    return Said(
        text=choice.message.content or "",
        refusal=refusal,
        is_cut=choice.finish_reason == "length",
        tokens_in=used.prompt_tokens if used else 0,
        tokens_out=used.completion_tokens if used else 0,
    )


def _png(path: Path) -> tuple[str, bytes, str]:
    return f"{path.name.partition('.')[0]}.png", path.read_bytes(), "image/png"


def _drawn(answer: ImagesResponse, n: int) -> Drawn:
    used = answer.usage
    files = tuple(_bytes_of(picture.b64_json, picture.url) for picture in answer.data or ())
    if len(files) != n:
        raise Transient(f"openai was asked for {n} pictures and gave {len(files)}.")
    return Drawn(files=files, tokens_in=used.input_tokens if used else 0, tokens_out=used.output_tokens if used else 0)


def _bytes_of(b64: str | None, url: str | None) -> bytes:
    """Give a picture; a server that speaks like OpenAI may name an URL whatever it was asked for."""
    if b64:
        return base64.b64decode(b64, validate=True)
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, "picture")
        return fetch(url or "", into, most_bytes=MOST_IMAGE_BYTES, media_type_prefix="image/").path.read_bytes()


@contextmanager
def _understood() -> Iterator[None]:
    """Take an answer that cannot be read for one that did not come; what is not known there is refused for good."""
    try:
        yield
    except NotFound as error:
        raise refused(Permanent(error.detail)) from error
    except (OpenAIError, ValueError, TypeError, LookupError, AttributeError) as error:  # of the client and of JSON
        raise Transient(f"openai's answer cannot be read: {type(error).__name__}.") from error


@lru_cache(maxsize=1)
def openai() -> OpenAI:
    """Give this process's way to OpenAI. Raises ``Permanent`` when the settings hold no key."""
    if not settings().openai_api_key.get_secret_value():
        raise refused(Permanent("MEDIAMILL_OPENAI_API_KEY is not set."))
    return OpenAI(settings())
