"""A job's state in the words of adcraft's frontend."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from mediamill.jobs.states import State
from mediamill_products.adcraft.shown import campaign_shown, status_of
from mediamill_products.caller import Failed, Seen, Stage

NOW = datetime(2026, 11, 30, tzinfo=UTC)
FILM, POSTER, SMALL = (f"0190a5c8-7c1e-7000-8000-00000000000{number}" for number in (1, 2, 3))


def job(state: State, **facts: Any) -> Seen:
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "kind": "flow.campaign",
        "state": state,
        "input": {"variants": 1},
        "output": None,
        "error": None,
        "stage": None,
        "metadata": {},
        "cost": Decimal("0.25"),
        "created_at": NOW,
        "started_at": None,
        "finished_at": None,
    }
    return Seen(**{**usual, **facts})


def row() -> Any:
    texts = {"name": None, "brief": "A light.", "call_to_action": "Order", "music": "auto", "captions": "burned"}
    facts = {"pictures": [], "formats": ["16:9"], "seconds": 15.0, "resolution": 720, "generated_at": NOW}
    ids = {"id": UUID(int=2), "brand_id": UUID(int=3), "job_id": UUID(int=1)}
    return {**texts, **facts, **ids, "created_at": NOW, "updated_at": NOW}


@pytest.mark.parametrize(
    ("state", "started", "word"),
    [
        (State.QUEUED, None, "pending"),
        (State.QUEUED, NOW, "in_progress"),
        (State.RUNNING, NOW, "in_progress"),
        (State.WAITING, NOW, "in_progress"),
        (State.SUCCEEDED, NOW, "completed"),
        (State.FAILED, NOW, "failed"),
        (State.CANCELED, None, "failed"),
    ],
)
def test_every_state_has_its_word(state: State, started: datetime | None, word: str) -> None:
    assert status_of(job(state, started_at=started)) == word


def test_progress_stage_and_cost_are_the_jobs() -> None:
    shown = campaign_shown(row(), job(State.WAITING, started_at=NOW, stage=Stage(2, 5, "moving 5 pictures")))

    assert (shown.progress, shown.stage, shown.cost, shown.error) == (40, "moving 5 pictures", 0.25, None)


def test_a_failed_job_tells_why_and_has_no_films() -> None:
    shown = campaign_shown(row(), job(State.FAILED, error=Failed("child-failed", "A child broke.")))

    assert (shown.status, shown.error, shown.videos, shown.video_url) == ("failed", "A child broke.", [], None)


def test_films_have_the_addresses_of_their_assets() -> None:
    def asset(asset_id: str, role: str) -> dict[str, Any]:
        facts = {"media_type": "video/mp4", "bytes": 1, "sha256": "0", "width": 1280, "height": 720}
        return {"id": asset_id, "role": role, "url": f"https://films/{asset_id}", **facts}

    def film(variant: int, shape: str, asset_id: str) -> dict[str, Any]:
        facts = {"hook": "Look!", "duration_s": 15.0, "end_card_s": 12.0, "poster": POSTER}
        return {"variant": variant, "format": shape, "film": asset_id, **facts}

    output = {
        "title": "Glow",
        "narrations": [],
        "assets": [asset(FILM, "film"), asset(POSTER, "poster"), asset(SMALL, "film")],
        "films": [film(1, "16:9", FILM), film(2, "16:9", SMALL)],
    }

    shown = campaign_shown(row(), job(State.SUCCEEDED, output=output, metadata={"test_mode": "true"}))

    assert (shown.status, shown.progress, shown.test_mode) == ("completed", 100, True)
    assert shown.video_url == f"https://films/{FILM}"
    assert shown.video_urls == {"16:9": f"https://films/{FILM}"}
    assert [(video.variant, video.video_url) for video in shown.videos] == [
        (1, f"https://films/{FILM}"),
        (2, f"https://films/{SMALL}"),
    ]
    assert (shown.videos[0].width, shown.videos[0].captions_url) == (1280, None)
