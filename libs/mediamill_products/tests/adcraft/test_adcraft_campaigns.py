"""Campaigns: their films are jobs, and what is shown of them is what the job is."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

pytestmark = pytest.mark.anyio


async def test_a_campaign_is_a_draft_with_what_is_usual_until_films_are_asked_for(agency: Any) -> None:
    pictures = [agency.picture(), agency.picture("image/jpeg")]
    made = await agency.campaign(pictures=pictures, format="9:16", length=20, name="Autumn")

    shown = await agency.call("GET", f"/api/campaigns/{made['id']}", 200)
    assert shown == made
    assert (made["status"], made["progress"], made["job_id"], made["cost"]) == ("draft", 0, None, 0.0)
    assert (made["pictures"], made["formats"], made["seconds"]) == (pictures, ["9:16"], 20.0)
    assert (made["call_to_action"], made["video_url"], made["videos"]) == ("Find out more", None, [])


async def test_films_are_made_of_the_campaign_and_its_brand_as_they_are_then(agency: Any) -> None:
    logo, picture = agency.picture(), agency.picture()
    brand = await agency.brand(logo=logo, audience="commuters")
    made = await agency.campaign(brand_id=brand["id"], pictures=[picture], formats=["1:1", "16:9"])

    asked = await agency.call("POST", f"/api/campaigns/{made['id']}/generate", 202, {"variants": 2, "seed": 7})
    await agency.call("PATCH", f"/api/campaigns/{made['id']}", 200, {"brief": "Another light."})

    job = agency.mill.job(UUID(asked["job_id"]))
    assert (asked["status"], asked["variants"], asked["test_mode"]) == ("pending", 2, False)
    assert (job.kind, job.provider, job.pinned, job.cache) == ("flow.campaign", "local", False, "reuse")
    assert job.metadata == {"campaign_id": made["id"], "test_mode": "false"}
    assert job.input["brand"]["colors"] == {"primary": "#12355b", "secondary": None, "accent": "#ffb400"}
    assert (job.input["brand"]["logo"], job.input["brand"]["audience"]) == (logo, "commuters")
    assert (job.input["pictures"], job.input["formats"]) == ([picture], ["1:1", "16:9"])
    assert (job.input["variants"], job.input["seed"]) == (2, 7)
    assert job.input["brief"] == "A light that is seen from 800 metres."


async def test_test_mode_names_this_machine_for_the_whole_tree(agency: Any) -> None:
    made = await agency.campaign()

    asked = await agency.call("POST", f"/api/campaigns/{made['id']}/generate", 202, {"test_mode": True, "fresh": True})

    job = agency.mill.job(UUID(asked["job_id"]))
    assert (job.provider, job.pinned, job.cache, asked["test_mode"]) == ("local", True, "off", True)


async def test_while_films_are_made_the_same_again_is_those_and_others_are_refused(agency: Any) -> None:
    made = await agency.campaign()
    path = f"/api/campaigns/{made['id']}"
    racing = [agency.call("POST", f"{path}/generate", 202, {"test_mode": True}) for _ in range(8)]

    answers = await asyncio.gather(*racing)
    other = await agency.call("POST", f"{path}/generate", 409, {"test_mode": True, "variants": 3})
    await agency.call("PATCH", path, 200, {"call_to_action": "Order now"})
    changed = await agency.call("POST", f"{path}/generate", 409, {"test_mode": True})
    kept = await agency.call("DELETE", path, 409)

    job_id = answers[0]["job_id"]
    assert {answer["job_id"] for answer in answers} == {job_id}
    assert len((await agency.call("GET", "/v1/jobs", 200))["data"]) == 1
    assert job_id in other["detail"]
    assert job_id in changed["detail"]
    assert "cancel them" in kept["detail"]


async def test_canceled_films_are_told_as_failed_and_may_be_asked_for_anew(agency: Any) -> None:
    made = await agency.campaign()
    path = f"/api/campaigns/{made['id']}"
    first = await agency.call("POST", f"{path}/generate", 202)

    canceled = await agency.call("POST", f"{path}/cancel", 200)
    again = await agency.call("POST", f"{path}/cancel", 200)
    second = await agency.call("POST", f"{path}/generate", 202)

    assert (canceled["status"], canceled["error"]) == ("failed", "The films were canceled.")
    assert again == canceled
    assert second["job_id"] != first["job_id"]
    assert second["status"] == "pending"


async def test_films_that_may_not_be_made_leave_the_campaign_as_it_was(agency: Any) -> None:
    made = await agency.campaign()
    agency.sql("UPDATE tenants SET max_queued = 0 WHERE id = %(tenant)s")

    await agency.call("POST", f"/api/campaigns/{made['id']}/generate", 429)

    assert await agency.call("GET", f"/api/campaigns/{made['id']}", 200) == made


async def test_when_the_job_is_forgotten_the_campaign_is_a_draft_that_tells_when_it_was_not(agency: Any) -> None:
    made = await agency.campaign()
    asked = await agency.call("POST", f"/api/campaigns/{made['id']}/generate", 202)
    agency.sql("DELETE FROM jobs WHERE tenant_id = %(tenant)s")

    shown = await agency.call("GET", f"/api/campaigns/{made['id']}", 200)
    canceled = await agency.call("POST", f"/api/campaigns/{made['id']}/cancel", 200)

    assert shown == canceled == {**made, "generated_at": asked["generated_at"]}
    await agency.call("POST", f"/api/campaigns/{made['id']}/generate", 202)
    await agency.call("POST", f"/api/campaigns/{made['id']}/cancel", 200)
    await agency.call("DELETE", f"/api/campaigns/{made['id']}", 204)


async def test_lists_tell_how_far_each_is_and_can_be_of_one_brand(agency: Any) -> None:
    brand = await agency.brand()
    mine = [(await agency.campaign(brand_id=brand["id"], name=f"Film {number}"))["id"] for number in range(3)]
    other = await agency.campaign()
    await agency.call("POST", f"/api/campaigns/{mine[2]}/generate", 202)

    every = await agency.call("GET", "/api/campaigns/", 200)
    first = await agency.call("GET", f"/api/campaigns/?brand_id={brand['id']}&limit=2", 200)
    rest = await agency.call("GET", f"/api/campaigns?brand_id={brand['id']}&cursor={first['next_cursor']}", 200)

    assert [one["id"] for one in every["data"]] == [other["id"], *mine[::-1]]
    assert [one["status"] for one in every["data"]] == ["draft", "pending", "draft", "draft"]
    assert [[one["id"] for one in page["data"]] for page in (first, rest)] == [[mine[2], mine[1]], [mine[0]]]


BAD: list[tuple[dict[str, Any], list[Any]]] = [
    ({"brief": " "}, ["body", "brief"]),
    ({"formats": ["4:3"]}, ["body", "formats", 0]),
    ({"formats": ["16:9", "16:9"]}, ["body", "formats"]),
    ({"formats": []}, ["body", "formats"]),
    ({"seconds": 2}, ["body", "seconds"]),
    ({"seconds": "long"}, ["body", "seconds"]),
    ({"resolution": 301}, ["body", "resolution"]),
    ({"pictures": [str(uuid4())]}, ["body", "pictures", 0]),
    ({"pictures": [str(uuid4())] * 9}, ["body", "pictures"]),
    ({"brand_id": str(uuid4())}, ["body", "brand_id"]),
    ({"budget": 5}, ["body", "budget"]),
]


async def test_a_bad_campaign_is_refused_with_where_and_what(agency: Any) -> None:
    made = await agency.campaign()
    path = f"/api/campaigns/{made['id']}"
    whole = {"brand_id": made["brand_id"], "brief": "A light."}

    for body, where in BAD:
        new = await agency.call("POST", "/api/campaigns/", 422, {**whole, **body})
        change = await agency.call("PATCH", path, 422, body)
        assert all(where in [wrong["loc"] for wrong in refused["detail"]] for refused in (new, change)), body
    await agency.call("POST", f"{path}/generate", 422, {"variants": 6})
    await agency.call("POST", f"{path}/generate", 422, {"testmode": True})

    assert (await agency.call("GET", "/api/campaigns/", 200))["data"] == [made]


async def test_another_tenants_campaign_brand_and_pictures_are_not_there(agency: Any, stranger: Any) -> None:
    made = await agency.campaign()
    path = f"/api/campaigns/{made['id']}"
    routes = [("GET", path), ("PATCH", path), ("PUT", path), ("DELETE", path)]
    routes += [("POST", f"{path}/generate"), ("POST", f"{path}/cancel")]

    for method, route in routes:
        body = {"brief": "Mine."} if method in {"PATCH", "PUT"} else None
        await agency.call(method, route, 404, body, headers=stranger.headers)
    foreign = {"brand_id": made["brand_id"], "brief": "A light."}
    brand = await agency.call("POST", "/api/campaigns/", 422, foreign, headers=stranger.headers)
    theirs = agency.picture(tenant_id=stranger.tenant_id)
    picture = await agency.call("PATCH", path, 422, {"pictures": [theirs]})

    assert "there is no brand" in brand["detail"][0]["msg"]
    assert "there is no asset" in picture["detail"][0]["msg"]
    assert await agency.call("GET", path, 200) == made
