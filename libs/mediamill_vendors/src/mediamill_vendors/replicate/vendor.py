"""Replicate's predictions: submit, find, poll, cancel, and its webhooks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from replicate.client import Client
from replicate.webhook import Webhooks, WebhookSigningSecret

from mediamill.clock import monotonic
from mediamill.errors import JobError, MediamillError, NotFound, OutcomeUnknown, Permanent
from mediamill.providers.hooks import effect_of, hook_url
from mediamill.providers.protocol import EffectKey, Ended, Failure
from mediamill.settings import Settings, settings
from mediamill_vendors.forged import Forged
from mediamill_vendors.replicate.listing import Listed, Page
from mediamill_vendors.replicate.wire import TIMEOUT, Wire

log = logging.getLogger(__name__)

PAGE = 100
PAGE_COSTS = 6
"""A page of the list costs about as much as so many single looks."""
SIDE_BY_SIDE = 8
MOST_PAGES = 100
CLOCKS_APART = timedelta(seconds=60)
TOLERANCE_S = 300
SECRET_AGAIN_S = 60.0
EVENTS = ["completed"]


class Replicate:
    """A way to Replicate that all threads of a process share."""

    name = "replicate"

    def __init__(self, config: Settings) -> None:
        wire, token = Wire(), config.replicate_api_token.get_secret_value()
        base = config.replicate_base_url.rstrip("/")
        self._public_url = config.public_url
        self._hooked = _reaches(base, config.public_url)
        self._client = Client(token, base_url=base, transport=wire, trust_env=False)
        # Pages are read as they come: the client's own model drops the webhook, which carries the key.
        headers = {"Authorization": f"Bearer {token}"}
        self._pages = httpx.Client(base_url=base, headers=headers, transport=wire, timeout=TIMEOUT)
        self._looking = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="replicate")
        self._secret: WebhookSigningSecret | None = None
        self._secret_at = 0.0
        self._lock = threading.Lock()

    def submit(self, model: str, input: Mapping[str, Any], effect: EffectKey) -> str:
        """Have ``owner/name`` or ``owner/name:version`` make a prediction and give its id.

        Raises ``RateLimited`` or ``Permanent`` when there surely is none, anything else when there may be one.
        """
        webhook: dict[str, Any] = {}
        if self._hooked:
            webhook = {
                "webhook": hook_url(self._public_url, self.name, effect),
                "webhook_events_filter": EVENTS,
            }
        name, _, version = model.partition(":")
        try:
            if version:
                made = self._client.predictions.create(version=version, input=dict(input), **webhook)
            else:
                made = self._client.models.predictions.create(name, input=dict(input), **webhook)
        except NotFound as error:
            raise Permanent(error.detail) from error
        return str(made.id)

    def find(self, effect: EffectKey) -> str | None:
        """Give the id of the prediction that was bought under a key, if it is among the recent ones."""
        return next(
            (found.id for found in self._since(effect.begun_at) if effect_of(found.webhook) == str(effect)), None
        )

    def find_like(self, model: str, input: Mapping[str, Any], effect: EffectKey) -> str | None:
        """The same, also where no webhook carried the key: by what was asked for since then.

        Raises ``OutcomeUnknown`` when several predictions look alike.
        """
        if self._hooked:
            return self.find(effect)
        alike = [
            found.id
            for found in self._since(effect.begun_at)
            if found.model == model.partition(":")[0] and found.input == dict(input)
        ]
        if len(alike) > 1:
            raise OutcomeUnknown(f"{len(alike)} predictions of {model} could be the one that was bought.")
        return alike[0] if alike else None

    def poll(self, ids: Collection[str], outstanding: int) -> list[Ended]:
        """Give those that have ended: by pages where many are due, the rest one by one."""
        wanted, ended = set(ids), list[Ended]()
        pages = outstanding // PAGE + 1
        if len(wanted) > pages * PAGE_COSTS:
            for found in self._pages_of(min(pages + 1, MOST_PAGES)):
                if found.id in wanted:
                    wanted.discard(found.id)
                    ended += found.ended()
                if not wanted:
                    break
        return ended + self._one_by_one(wanted, any_read=bool(ended))

    def cancel(self, id: str) -> None:
        """Have a prediction stopped; one that has ended, or that is not known, is fine."""
        try:
            self._client.predictions.cancel(id)
        except NotFound:
            return
        except Permanent as refused:
            log.info("replicate does not cancel %s: %s", id, refused.detail)

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Ended | None:
        """Verify a webhook and read it; ``None`` while the prediction goes on. Raises ``Forged``."""
        if not (self._is_signed(headers, body, fresh=False) or self._is_signed(headers, body, fresh=True)):
            raise Forged
        try:
            found = Listed.model_validate_json(body)
        except ValidationError as error:
            raise Permanent("It is signed and is no prediction.") from error
        return next(iter(found.ended()), None)

    def _one_by_one(self, ids: Iterable[str], *, any_read: bool) -> list[Ended]:
        ended, errors, broken = list[Ended](), list[MediamillError](), threading.Event()

        def look(id: str) -> None:
            if broken.is_set():
                return
            try:
                ended.extend(self._one(id))
            except JobError as error:
                broken.set()
                errors.append(error)

        list(self._looking.map(look, ids))
        if errors and not ended and not any_read:
            raise errors[0]
        return ended

    def _one(self, id: str) -> list[Ended]:
        try:
            found = self._client.predictions.get(id)
        except NotFound as error:
            return [Ended(id=id, failure=Failure.of(Permanent(error.detail)))]
        return Listed(id=found.id, status=found.status, output=found.output, error=found.error).ended()

    def _since(self, begun_at: datetime) -> Iterator[Listed]:
        for found in self._pages_of(MOST_PAGES):
            if found.created_at is not None and found.created_at < begun_at - CLOCKS_APART:
                return
            yield found

    def _pages_of(self, most: int) -> Iterator[Listed]:
        url: str | None = "/v1/predictions"
        for _ in range(most):
            if url is None:
                return
            page = Page.model_validate_json(self._pages.get(url).content)
            yield from page.results
            url = page.next

    def _is_signed(self, headers: Mapping[str, str], body: bytes, *, fresh: bool) -> bool:
        secret = self._signing_secret(fresh=fresh)
        if secret is None:
            return False
        return _is_valid(
            lambda: Webhooks.validate(headers=dict(headers), body=body.decode(), secret=secret, tolerance=TOLERANCE_S)
        )

    def _signing_secret(self, *, fresh: bool) -> WebhookSigningSecret | None:
        """Give the account's secret, or ``None`` where a fresh one was asked for and that was done just now."""
        with self._lock:
            known_for_s = monotonic() - self._secret_at
            if self._secret is not None and (not fresh or known_for_s < SECRET_AGAIN_S):
                return None if fresh else self._secret
            self._secret = self._client.webhooks.default.secret()
            self._secret_at = monotonic()
            return self._secret


def _is_valid(check: Callable[[], object]) -> bool:
    try:
        check()
    except ValueError:  # each of its errors is one, and so is text that is no base64, number or UTF-8
        return False
    return True


def _reaches(base_url: str, public_url: str) -> bool:
    """Tell whether a vendor can call us: the real one takes https only, one on loopback is a test's."""
    return urlsplit(public_url).scheme == "https" or urlsplit(base_url).scheme == "http"


@lru_cache(maxsize=1)
def replicate() -> Replicate:
    """Give this process's way to Replicate. Raises ``Permanent`` when the settings hold no token."""
    if not settings().replicate_api_token.get_secret_value():
        raise Permanent("MEDIAMILL_REPLICATE_API_TOKEN is not set.")
    return Replicate(settings())
