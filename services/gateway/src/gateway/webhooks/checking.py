"""Whether a URL may be told anything, asked when it is given; the courier asks again whenever it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from gateway.jobs.models import PostJob
from gateway.problems import InvalidRequest
from mediamill.jobs.accept import JobWebhook
from mediamill.settings import Settings
from mediamill.webhooks.resolve import addresses
from mediamill.webhooks.urls import RefusedUrl, Target, read_url

_AT_ONCE = 16

Loc = list[str | int]


class Given(NamedTuple):
    """A URL and the path of the field that gave it."""

    url: str
    loc: Loc


async def check_url(config: Settings, url: str) -> None:
    """Let an endpoint's URL pass. Raises ``InvalidRequest``."""
    await check_urls(config, [Given(url, ["url"])])


async def check_jobs(config: Settings, posts: Sequence[PostJob], within: Loc) -> None:
    """Let the webhooks of jobs pass; ``within`` is ``["jobs"]`` for a batch. Raises ``InvalidRequest``."""
    await check_urls(
        config,
        [
            Given(post.webhook.url, [*within, *([index] if within else []), "webhook", "url"])
            for index, post in enumerate(posts)
            if post.webhook is not None
        ],
    )


async def check_urls(config: Settings, given: Sequence[Given]) -> None:
    """Let URLs pass, asking for each host once. Raises ``InvalidRequest`` with every one that may not."""
    if config.allow_private_urls or not given:
        return
    hosts = {one.url: read_url(one.url) for one in given}
    refused = await _refused_hosts({target.host: target for target in hosts.values()})
    if refused:
        errors = [(one.loc, refused[hosts[one.url].host]) for one in given if hosts[one.url].host in refused]
        raise InvalidRequest(f"A webhook cannot go there: {errors[0][1]}.", errors=errors[:100])


def job_webhook(tenant_id: UUID, post: PostJob) -> JobWebhook | None:
    """Give who is told of a job; receivers of one origin share their slots, tenant by tenant."""
    if (hook := post.webhook) is None:
        return None
    return JobWebhook(hook.url, hook.types(), f"{tenant_id} {read_url(hook.url).origin}", hook.dialect)


async def _refused_hosts(targets: dict[str, Target]) -> dict[str, str]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def refusal(target: Target) -> str | None:
        async with turns:
            try:
                await addresses(target, private_too=False)
            except RefusedUrl as refused:
                return str(refused)
        return None

    found = await asyncio.gather(*(refusal(target) for target in targets.values()))
    return {host: why for host, why in zip(targets, found, strict=True) if why is not None}
