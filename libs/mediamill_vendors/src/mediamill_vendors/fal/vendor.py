"""fal's requests: submit, poll, cancel, and its webhooks. A prediction's id is its path at the queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fal_client import Completed, SyncRequestHandle
from pydantic import ValidationError

from mediamill.clock import monotonic, now
from mediamill.errors import JobError, NotFound, OutcomeUnknown, Permanent, ProviderDown, RateLimited, Transient
from mediamill.providers.hooks import hook_url
from mediamill.providers.protocol import EffectKey, Ended, Failure
from mediamill.settings import Settings, settings
from mediamill_vendors.fal.hooks import Jwks, Told, failure, is_signed
from mediamill_vendors.fal.wire import Client, line, wire
from mediamill_vendors.forged import Forged
from mediamill_vendors.kept import ANSWER_S
from mediamill_vendors.looking import Looking
from mediamill_vendors.reaching import reaches
from mediamill_vendors.refusals import failed, refused

log = logging.getLogger(__name__)

KEYS_AGAIN_S = 60.0
_NAMESPACES = frozenset({"workflows", "comfy"})
_REQUESTS = "/requests/"


class Fal:
    """A way to fal that all threads of a process share."""

    name = "fal"

    def __init__(self, config: Settings) -> None:
        queue = config.fal_queue_url.rstrip("/")
        self._client = Client(config.fal_key.get_secret_value(), ANSWER_S, transport=wire(queue))
        self._public_url = config.public_url
        self.is_hooked = reaches(queue, config.public_url)
        """Webhooks are asked for, so what was bought tells of itself."""
        self._looking = Looking(self.name)
        self._jwks_url = config.fal_jwks_url
        self._keys: tuple[Ed25519PublicKey, ...] = ()
        self._keys_at = 0.0
        self._lock = threading.Lock()

    def submit(self, app: str, arguments: Mapping[str, Any], effect: EffectKey) -> str:
        """Have ``owner/name`` or ``owner/name/path`` make a prediction and give its id.

        Raises an error with ``is_refusal`` when there surely is none, anything else when there may be one.
        """
        base = base_of(app)
        hook = hook_url(self._public_url, self.name, effect, app=base) if self.is_hooked else None
        try:
            with _understood():
                handle = self._client.submit(app, dict(arguments), webhook_url=hook)
        except NotFound as error:
            raise refused(Permanent(error.detail)) from error
        return f"{base}{_REQUESTS}{handle.request_id}"

    def find(self, effect: EffectKey) -> str | None:
        """Raise ``OutcomeUnknown``: fal keeps no list of requests and knows none of our keys."""
        raise OutcomeUnknown(f"fal cannot tell whether it did {effect}.")

    def poll(self, ids: Collection[str], outstanding: int) -> Iterator[list[Ended]]:
        """Give those that have ended, looked at one by one."""
        yield from self._looking.each(ids, self._one)

    def cancel(self, id: str) -> None:
        """Have a prediction stopped; one that has ended, or that is not known, is fine."""
        try:
            self._handle(id).cancel()
        except NotFound:
            return
        except Permanent as ended:
            log.info("fal does not cancel %s: %s", id, ended.detail)

    def read_hook(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Ended | None:
        """Verify a webhook by the keys that are known and read it. Raises ``Forged``.

        ``None`` where it could not carry the output: that is read by the next look.
        """
        if not is_signed(self._keys, headers, body, now()):
            raise Forged
        try:
            told = Told.model_validate_json(body)
            id = f"{query['app']}{_REQUESTS}{told.request_id}"
        except (ValidationError, KeyError) as error:
            raise Permanent("It is signed and tells of no request.") from error
        if told.status != "OK":
            return Ended(id=id, failure=Failure.of(failure(told.error, told.payload)))
        return Ended(id=id, output=told.payload) if told.payload is not None else None

    def learn(self) -> None:
        """Ask for the keys that webhooks are signed with, once a minute at most."""
        with self._lock:
            if not self._keys or monotonic() - self._keys_at >= KEYS_AGAIN_S:
                self._keys = self._published()
                self._keys_at = monotonic()

    def _published(self) -> tuple[Ed25519PublicKey, ...]:
        way = line(self._jwks_url)
        try:
            answer, _ = way.ask("GET", urlsplit(self._jwks_url).path, {}, b"", {})
            with _understood():
                return Jwks.model_validate_json(answer.body).public()
        finally:
            way.close()

    def _one(self, id: str) -> list[Ended]:
        handle = self._handle(id)
        try:
            with _understood():
                status = handle.status()
        except NotFound as error:
            return [Ended(id=id, failure=Failure.of(Permanent(error.detail)))]
        return [self._end(id, handle, status)] if isinstance(status, Completed) else []

    def _end(self, id: str, handle: SyncRequestHandle, status: Completed) -> Ended:
        """Read the result; what failed is told by an HTTP error there. Raises what tells nothing of the request."""
        try:
            with _understood():
                return Ended(id=id, output=handle.client.get(handle.response_url).json())
        except NotFound as error:
            return Ended(id=id, failure=Failure.of(Permanent(error.detail)))
        except (ProviderDown, RateLimited):
            raise
        except JobError as error:
            if status.error is None and not error.is_refusal:
                raise
            told = error if error.is_refusal else failed(status.error)
            return Ended(id=id, failure=Failure.of(told))

    def _handle(self, id: str) -> SyncRequestHandle:
        app, _, request_id = id.partition(_REQUESTS)
        return self._client.get_handle(app, request_id)


def base_of(app: str) -> str:
    """Give the part of an app's name under which its requests lie: a path within the app does not belong to it."""
    parts = app.split("/")
    return "/".join(parts[: 3 if parts[0] in _NAMESPACES else 2])


@contextmanager
def _understood() -> Iterator[None]:
    """Take an answer that cannot be read for one that did not come."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:  # of JSON, of the client and of ours
        raise Transient(f"fal's answer cannot be read: {type(error).__name__}.") from error


@lru_cache(maxsize=1)
def fal() -> Fal:
    """Give this process's way to fal. Raises ``Permanent`` when the settings hold no key."""
    if not settings().fal_key.get_secret_value():
        raise refused(Permanent("MEDIAMILL_FAL_KEY is not set."))
    return Fal(settings())
