"""Replicate's predictions: submit, find, poll, cancel, and its webhooks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from pydantic import ValidationError
from replicate.client import Client

from mediamill.clock import monotonic, now
from mediamill.errors import NotFound, OutcomeUnknown, Permanent, Transient
from mediamill.providers.hooks import effect_of, hook_url
from mediamill.providers.protocol import EffectKey, Ended, Failure
from mediamill.settings import Settings, settings
from mediamill.webhooks.signing import is_signed
from mediamill_vendors.catalogued import is_ours
from mediamill_vendors.forged import Forged
from mediamill_vendors.looking import Looking
from mediamill_vendors.reaching import reaches
from mediamill_vendors.refusals import refused
from mediamill_vendors.replicate.listing import Listed, Page
from mediamill_vendors.replicate.wire import wire

log = logging.getLogger(__name__)

PAGE = 100
PAGE_COSTS = 6
"""A page of the list costs about as much as so many single looks."""
MOST_PAGES = 100
CLOCKS_APART = timedelta(seconds=60)
SECRET_AGAIN_S = 60.0
EVENTS = ["completed"]


class Replicate:
    """A way to Replicate that all threads of a process share."""

    name = "replicate"

    def __init__(self, config: Settings) -> None:
        base = config.replicate_base_url.rstrip("/")
        token, transport = config.replicate_api_token.get_secret_value(), wire(base)
        self._client = Client(token, base_url=base, transport=transport, trust_env=False)
        # Pages are read as they come: the client's own model drops the webhook, which carries the key.
        self._plain = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, transport=transport)
        self._public_url = config.public_url
        self._hooked = reaches(base, config.public_url)
        self._looking = Looking(self.name)
        self._secret = ""
        self._secret_at = 0.0
        self._lock = threading.Lock()

    def submit(self, model: str, input: Mapping[str, Any], effect: EffectKey) -> str:
        """Have ``owner/name`` or ``owner/name:version`` make a prediction and give its id.

        Raises ``RateLimited`` or ``Permanent`` when there surely is none, anything else when there may be one.
        """
        wanted: dict[str, Any] = {"input": dict(input)}
        if self._hooked:
            wanted |= {"webhook": hook_url(self._public_url, self.name, effect), "webhook_events_filter": EVENTS}
        name, _, version = model.partition(":")
        try:
            with _understood():
                if self._is_keyed(model):
                    return self._keyed(name, wanted, effect)
                if version:
                    return str(self._client.predictions.create(version=version, **wanted).id)
                return str(self._client.models.predictions.create(name, **wanted).id)
        except NotFound as error:
            raise refused(Permanent(error.detail)) from error

    def find(self, effect: EffectKey) -> str | None:
        """Give the id of the prediction that was bought under a key, if it is among the recent ones."""
        return next(
            (found.id for found in self._since(effect.begun_at) if effect_of(found.webhook) == str(effect)), None
        )

    def find_like(self, model: str, input: Mapping[str, Any], effect: EffectKey) -> str | None:
        """The same, also where the list shows no webhook, and so no key: by what was asked for since then.

        Another Mediamill is asked again under the same key, which gives what it made the first time, or makes it now.
        Raises ``OutcomeUnknown`` when several predictions look alike.
        """
        if self._is_keyed(model):
            return self.submit(model, input, effect)
        alike = list[str]()
        for found in self._since(effect.begun_at):
            if effect_of(found.webhook) == str(effect):
                return found.id
            if not found.webhook and found.model == model.partition(":")[0] and found.input == dict(input):
                alike.append(found.id)
        if len(alike) > 1:
            raise OutcomeUnknown(f"{len(alike)} predictions of {model} could be the one that was bought.")
        return alike[0] if alike else None

    def poll(self, ids: Collection[str], outstanding: int) -> Iterator[list[Ended]]:
        """Give those that have ended: by pages where many are due, the rest one by one."""
        wanted, any_read = set(ids), False
        pages = outstanding // PAGE + 1
        if len(wanted) > pages * PAGE_COSTS:
            for page in self._pages(min(pages + 1, MOST_PAGES)):
                found = [listed for listed in page if listed.id in wanted]
                wanted -= {listed.id for listed in found}
                any_read = True
                yield [end for listed in found for end in listed.ended()]
                if not wanted:
                    return
        yield from self._looking.each(wanted, self._one, any_read=any_read)

    def cancel(self, id: str) -> None:
        """Have a prediction stopped; one that has ended, or that is not known, is fine."""
        try:
            self._client.predictions.cancel(quote(id))
        except NotFound:
            return
        except Permanent as ended:
            log.info("replicate does not cancel %s: %s", id, ended.detail)

    def read_hook(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Ended | None:
        """Verify a webhook by what is known and read it; ``None`` while the prediction goes on. Raises ``Forged``."""
        if not is_signed(self._secret, headers, body, now()):
            raise Forged
        return next(iter(_read_hook(body).ended()), None)

    def learn(self) -> None:
        """Ask for the account's secret, once a minute at most."""
        with self._lock:
            if not self._secret or monotonic() - self._secret_at >= SECRET_AGAIN_S:
                with _understood():
                    self._secret = self._client.webhooks.default.secret().key
                self._secret_at = monotonic()

    def _is_keyed(self, model: str) -> bool:
        """Tell whether an Idempotency-Key goes along: to another Mediamill, which heeds it, if no webhook does."""
        return is_ours(model) and not self._hooked

    def _keyed(self, name: str, wanted: Mapping[str, Any], effect: EffectKey) -> str:
        headers = {"Idempotency-Key": str(effect)}  # which the official client has no way to send
        answer = self._plain.post(f"/v1/models/{name}/predictions", json=wanted, headers=headers)
        return str(answer.json()["id"])

    def _one(self, id: str) -> list[Ended]:
        try:
            with _understood():
                found = self._client.predictions.get(quote(id))
        except NotFound as error:
            return [Ended(id=id, failure=Failure.of(Permanent(error.detail)))]
        return Listed(id=found.id, status=found.status, output=found.output, error=found.error).ended()

    def _since(self, begun_at: datetime) -> Iterator[Listed]:
        for found in chain.from_iterable(self._pages(MOST_PAGES)):
            if found.created_at is not None and found.created_at < begun_at - CLOCKS_APART:
                return
            yield found

    def _pages(self, most: int) -> Iterator[list[Listed]]:
        url: str | None = "/v1/predictions"
        for _ in range(most):
            if url is None:
                return
            with _understood():
                page = Page.model_validate_json(self._plain.get(url).content)
            yield page.results
            following = urlsplit(page.next or "")
            url = f"/v1/predictions?{following.query}" if page.next else None


@contextmanager
def _understood() -> Iterator[None]:
    """Take an answer that cannot be read for one that did not come."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:  # of JSON, of the client's models and ours
        raise Transient(f"replicate's answer cannot be read: {type(error).__name__}.") from error


def _read_hook(body: bytes) -> Listed:
    try:
        return Listed.model_validate_json(body)
    except ValidationError as error:
        raise Permanent("It is signed and is no prediction.") from error


@lru_cache(maxsize=1)
def replicate() -> Replicate:
    """Give this process's way to Replicate. Raises ``Permanent`` when the settings hold no token."""
    if not settings().replicate_api_token.get_secret_value():
        raise refused(Permanent("MEDIAMILL_REPLICATE_API_TOKEN is not set."))
    return Replicate(settings())
