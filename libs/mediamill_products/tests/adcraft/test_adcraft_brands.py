"""Brands: added, listed, changed, deleted, by nobody but their tenant."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from conductor.calendar.retention import forget_assets

pytestmark = pytest.mark.anyio


async def test_a_brand_is_shown_as_it_was_given_with_what_is_usual_for_the_rest(agency: Any) -> None:
    logo = agency.picture()
    made = await agency.brand(logo=logo, audience="commuters")
    bare = await agency.call("POST", "/api/brands/", 201, {"name": " Bare "})

    shown = await agency.call("GET", f"/api/brands/{made['id']}", 200)
    assert shown == {**made, "logo_url": shown["logo_url"]}
    assert (made["name"], made["voice"], made["audience"], made["logo"]) == ("Glowbike", "warm", "commuters", logo)
    assert made["colors"] == {"primary": "#12355b", "secondary": None, "accent": "#ffb400"}
    assert logo in made["logo_url"]
    assert (bare["name"], bare["speaker"], bare["logo_url"]) == ("Bare", "heart", None)


async def test_colours_may_be_a_list_and_change_as_a_whole(agency: Any) -> None:
    one = await agency.call("POST", "/api/brands", 201, {"name": "Glow", "colours": ["#112233"]})
    two = await agency.brand(colors=["#112233", "#445566"])
    three = await agency.call("PATCH", f"/api/brands/{two['id']}", 200, {"colors": ["#112233", "#445566", "#778899"]})

    assert one["colors"] == {"primary": "#112233", "secondary": None, "accent": "#f2b83d"}
    assert two["colors"] == {"primary": "#112233", "secondary": None, "accent": "#445566"}
    assert three["colors"] == {"primary": "#112233", "secondary": "#445566", "accent": "#778899"}


async def test_lists_come_page_by_page_newest_first(agency: Any, stranger: Any) -> None:
    names = [(await agency.brand(name=f"Brand {number}"))["name"] for number in range(5)]

    first = await agency.call("GET", "/api/brands/?limit=2", 200)
    second = await agency.call("GET", f"/api/brands?limit=2&cursor={first['next_cursor']}", 200)
    last = await agency.call("GET", f"/adcraft/api/brands/?limit=2&cursor={second['next_cursor']}", 200)

    pages = [[brand["name"] for brand in page["data"]] for page in (first, second, last)]
    assert [name for page in pages for name in page] == names[::-1]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert last["next_cursor"] is None
    assert (await agency.call("GET", "/api/brands/", 200, headers=stranger.headers))["data"] == []


async def test_what_is_sent_changes_and_the_rest_stays(agency: Any) -> None:
    made = await agency.brand(audience="commuters")
    path = f"/api/brands/{made['id']}"

    changed = await agency.call("PATCH", path, 200, {"name": "Glow", "voice": None})
    again = await agency.call("PUT", path, 200, {"voice": "bold"})

    assert (changed["name"], changed["voice"], changed["audience"]) == ("Glow", None, "commuters")
    assert (again["name"], again["voice"], again["colors"]) == ("Glow", "bold", made["colors"])
    assert again["updated_at"] > changed["updated_at"] > made["updated_at"]


async def test_a_brand_with_campaigns_is_not_deleted_until_they_are(agency: Any) -> None:
    brand = await agency.brand()
    campaign = await agency.campaign(brand_id=brand["id"])

    refused = await agency.call("DELETE", f"/api/brands/{brand['id']}", 409)
    await agency.call("DELETE", f"/api/campaigns/{campaign['id']}", 204)
    await agency.call("DELETE", f"/api/brands/{brand['id']}", 204)

    assert "has 1 campaigns" in refused["detail"]
    await agency.call("GET", f"/api/brands/{brand['id']}", 404)
    await agency.call("DELETE", f"/api/brands/{brand['id']}", 404)


async def test_a_campaign_that_comes_while_its_brand_goes_finds_it_or_not_but_never_loses_it(agency: Any) -> None:
    async def race() -> tuple[int, int]:
        brand = await agency.brand()
        body = {"brand_id": brand["id"], "brief": "A light."}
        both = await asyncio.gather(
            agency.client.delete(f"/api/brands/{brand['id']}"), agency.client.post("/api/campaigns/", json=body)
        )
        return both[0].status_code, both[1].status_code

    ends = [await race() for _ in range(10)]

    assert set(ends) <= {(204, 422), (409, 201)}


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["body", "name"]),
    ({"name": "   "}, ["body", "name"]),
    ({"name": "Glow", "colors": {"primary": "blue"}}, ["body", "colors", "primary"]),
    ({"name": "Glow", "colors": []}, ["body", "colors"]),
    ({"name": "Glow", "speaker": "nobody"}, ["body", "speaker"]),
    ({"name": "Glow", "logo": "none"}, ["body", "logo"]),
    ({"name": "Glow", "logo": str(uuid4())}, ["body", "logo"]),
    ({"name": "Glow", "slogan": "Shine"}, ["body", "slogan"]),
]


async def test_a_bad_brand_is_refused_with_where_and_what(agency: Any) -> None:
    for body, where in BAD:
        refused = await agency.call("POST", "/api/brands/", 422, body)
        assert where in [wrong["loc"] for wrong in refused["detail"]], body
    await agency.call("POST", "/api/brands/", 422, {"name": "Gl\x00w"})
    await agency.call("GET", "/api/brands/?cursor=none", 422)

    assert (await agency.call("GET", "/api/brands/", 200))["data"] == []


async def test_a_logo_is_a_picture_of_the_tenant(agency: Any, stranger: Any) -> None:
    made = await agency.brand()
    theirs, sound = agency.picture(tenant_id=stranger.tenant_id), agency.picture("audio/wav")

    for logo, words in ((theirs, "there is no asset"), (sound, "is audio/wav, not a picture")):
        refused = await agency.call("PATCH", f"/api/brands/{made['id']}", 422, {"logo": logo})
        assert words in refused["detail"][0]["msg"]
    assert (await agency.call("GET", f"/api/brands/{made['id']}", 200))["logo"] is None


async def test_retention_leaves_a_logo_alone_until_its_brand_lets_go(agency: Any) -> None:
    logo, other = agency.picture(), agency.picture()
    brand = await agency.brand(logo=logo)
    kept = "SELECT id::text FROM assets WHERE tenant_id = %(tenant)s"

    forget_assets(agency.mill.db, agency.mill.store, keep_days=0, young_s=0)
    first = [row.id for row in agency.sql(kept)]
    await agency.call("PATCH", f"/api/brands/{brand['id']}", 200, {"logo": None})
    forget_assets(agency.mill.db, agency.mill.store, keep_days=0, young_s=0)

    assert (first, agency.sql(kept)) == ([logo], [])
    refused = await agency.call("PATCH", f"/api/brands/{brand['id']}", 422, {"logo": other})
    assert other in refused["detail"][0]["msg"]


async def test_another_tenants_brand_is_not_there(agency: Any, stranger: Any) -> None:
    brand = await agency.brand()
    path = f"/api/brands/{brand['id']}"

    for method, body in (("GET", None), ("PATCH", {"name": "Mine"}), ("PUT", {"name": "Mine"}), ("DELETE", None)):
        await agency.call(method, path, 404, body, headers=stranger.headers)
    await agency.call("POST", "/api/brands/", 401, {"name": "Glow"}, headers={"Authorization": "Bearer nobody"})

    assert [row.name for row in agency.sql("SELECT name FROM adcraft_brands WHERE tenant_id = %(tenant)s")] == [
        "Glowbike"
    ]
