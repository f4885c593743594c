"""One Mediamill is the provider of another: what the buyer sells was made by the feeder, once, whoever is killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from mediamill_testing.stacks import FINAL, Stack, running_stack, until

pytestmark = pytest.mark.xdist_group("pair")

KINDS = ("text.script", "image.generate", "video.generate", "audio.speech", "audio.music")
PRICE = 0.003
JOBS = 12
PATIENCE_S = 120.0
PARTS = ("worker", "gateway", "conductor")


class Pair(NamedTuple):
    """Two stacks."""

    feeder: Stack
    buyer: Stack

    def made(self, kind: str) -> list[dict[str, Any]]:
        """Give the feeder's jobs of a kind of which it tells the buyer."""
        query = "SELECT id, state, input FROM jobs JOIN job_webhooks ON job_id = id WHERE kind = %(kind)s ORDER BY id"
        return self.feeder.sql(query, kind=kind)

    def ended(self, ids: list[str]) -> list[dict[str, Any]]:
        """Give the buyer's jobs when all have ended, whether its gateway is there or not."""
        found = self.buyer.sql("SELECT state, error, cost FROM jobs WHERE id = ANY(%(ids)s::uuid[])", ids=ids)
        return found if all(job["state"] in FINAL for job in found) else []

    def are_whole(self) -> bool:
        """Tell whether both gateways say that they are ready."""
        return all(is_ready(stack) for stack in self)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A feeder that serves everything by itself, and a buyer that has everything from the feeder."""
    with running_stack(tmp_path_factory.mktemp("feeder"), MEDIAMILL_ALLOW_PRIVATE_URLS="1") as feeder:
        wanted = {
            "MEDIAMILL_REPLICATE_BASE_URL": f"{feeder.url}/replicate",
            "MEDIAMILL_REPLICATE_API_TOKEN": feeder.key,
            "MEDIAMILL_CHAINS": json.dumps({kind: ["replicate"] for kind in KINDS}),
            "MEDIAMILL_MODELS": json.dumps(
                {kind: {"replicate": f"mediamill/{kind.replace('.', '-')}"} for kind in KINDS}
            ),
            "MEDIAMILL_ALLOW_PRIVATE_URLS": "1",
        }
        with running_stack(tmp_path_factory.mktemp("buyer"), **wanted) as buyer:
            yield Pair(feeder, buyer)


def is_ready(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.url}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


def picture(seed: int) -> dict[str, Any]:
    return {"prompt": "a fox by a lake", "size": "128x96", "seed": seed}


def kill(stack: Stack, part: str) -> None:
    """Kill a part as a crash would; the supervisor starts another."""
    if part == "worker":
        stack.kill_worker()
    else:
        os.kill(stack.parts()[part], signal.SIGKILL)


def test_a_picture_is_the_feeders_own_in_the_buyers_store(pair: Pair) -> None:
    bought = pair.buyer.ended(pair.buyer.submit("image.generate", picture(1))["id"], PATIENCE_S)
    itself = pair.feeder.ended(pair.feeder.submit("image.generate", picture(1), cache="reuse")["id"], PATIENCE_S)

    (image,) = bought["output"]["assets"]
    assert (bought["state"], bought["provider"], bought["cost"]) == ("succeeded", "replicate", PRICE)
    assert (image["media_type"], image["width"], image["height"]) == ("image/png", 128, 96)
    assert image["url"].startswith(pair.buyer.url)
    assert itself["output"]["pictures"][0]["seed"] == bought["output"]["pictures"][0]["seed"] == 1


def test_every_kind_comes_back_as_its_own_contract_says(pair: Pair) -> None:
    script = pair.buyer.submit("text.script", {"brief": "A shy robot learns to share its lantern.", "scenes": 2})
    speech = pair.buyer.submit("audio.speech", {"text": "A fox runs over the hill.", "voice": "deep"})
    music = pair.buyer.submit("audio.music", {"mood": "calm", "seconds": 3})
    clip = pair.buyer.submit("video.generate", {"prompt": "a fox", "seconds": 1, "size": "128x96", "fps": 24})

    ended = [pair.buyer.ended(job["id"], PATIENCE_S) for job in (script, speech, music, clip)]

    assert [job["state"] for job in ended] == ["succeeded"] * 4, [job["error"] for job in ended]
    assert {job["provider"] for job in ended} == {"replicate"}
    assert len(ended[0]["output"]["scenes"]) == 2
    assert [word["text"] for word in ended[1]["output"]["words"]] == "A fox runs over the hill.".split()
    assert ended[2]["output"]["duration_s"] == 3.0
    assert ended[3]["output"]["frames"] == 24


def test_a_film_is_made_of_what_was_bought_though_bought_pictures_have_no_layers(pair: Pair) -> None:
    brief = {"brief": "A shy robot learns to share its lantern.", "scenes": 2, "size": "320x240", "fps": 12}

    film = pair.buyer.ended(pair.buyer.submit("flow.film", brief)["id"], PATIENCE_S)

    children = pair.buyer.sql(
        "SELECT kind, provider FROM jobs WHERE root_id = %(id)s AND kind <> 'flow.film'", id=film["id"]
    )
    bought = {child["kind"] for child in children if child["provider"] == "replicate"}
    assert film["state"] == "succeeded", film["error"]
    assert film["output"]["assets"][0]["media_type"] == "video/mp4"
    assert bought == set(KINDS)
    assert film["total_cost"] > 2 * PRICE


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", ["feeder", "buyer"])
def test_whoever_is_killed_every_job_ends_well_and_is_bought_once(pair: Pair, side: str, part: str) -> None:
    before = len(pair.made("image.generate"))
    seed = 1000 * (1 + PARTS.index(part)) + 500 * (side == "buyer")
    ids = [pair.buyer.submit("image.generate", picture(seed + number))["id"] for number in range(JOBS)]
    until(lambda: len(pair.made("image.generate")) > before, PATIENCE_S)

    kill(getattr(pair, side), part)
    ended = until(lambda: pair.ended(ids), PATIENCE_S)

    made = pair.made("image.generate")[before:]
    assert [job["state"] for job in ended] == ["succeeded"] * JOBS, [job["error"] for job in ended]
    assert sorted(job["input"]["seed"] for job in made) == list(range(seed, seed + JOBS))
    assert {float(job["cost"]) for job in ended} == {PRICE}
    until(pair.are_whole, PATIENCE_S)


def test_the_buyers_ledger_is_what_the_feeder_made(pair: Pair) -> None:
    pair.buyer.ended(pair.buyer.submit("image.generate", picture(9000))["id"], PATIENCE_S)

    spent = pair.buyer.sql("SELECT sum(amount) AS usd FROM ledger WHERE type = 'settle' AND kind = 'image.generate'")
    bought = pair.made("image.generate")

    assert float(spent[0]["usd"]) == pytest.approx(PRICE * len(bought))
    assert {job["state"] for job in bought} == {"succeeded"}
