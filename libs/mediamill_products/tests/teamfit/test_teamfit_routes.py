"""The routes of teamfit: what they show, whose it is, and how they refuse."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from mediamill.tenants import people, queries
from mediamill.tenants.keys import Scope, new_key

pytestmark = pytest.mark.anyio

Desk = Any


async def test_three_activities_come_of_the_teams_own_materials(desk: Desk) -> None:
    team = await desk.team()

    begun = await desk.ask(team)
    waiting = await desk.job(begun["job_id"])
    desk.mill.turn()
    running = await desk.job(begun["job_id"])
    desk.mill.work_until_idle()
    done = await desk.job(begun["job_id"])

    assert (begun["success"], begun["status"], waiting["status"]) == (True, "pending", "pending")
    assert (running["status"], running["progress"]["message"]) == ("processing", "Reading what the team wrote")
    assert (done["status"], done["error"], len(done["activities"])) == ("completed", None, 3)
    assert len({one["title"] for one in done["activities"]}) == 3
    for one in done["activities"]:
        assert one["duration_minutes"] == sum(step["minutes"] for step in one["steps"]) == 45
        assert one["sources"][0]["material"] == "May"
        assert {"title", "goal", "steps", "materials", "debrief"} <= one.keys()
    assert (await desk.client.get(f"/teamfit/api/jobs/{begun['job_id']}")).json() == done


async def test_only_the_materials_that_were_named_are_used(desk: Desk) -> None:
    team = await desk.team()
    other = {"title": "Notes", "text": "Nobody tells new colleagues whom to ask. They wait two weeks for access."}
    notes = await desk.call("POST", f"/api/teams/{team['id']}/materials", 201, other)

    begun = await desk.ask(team, material_ids=[notes["id"]])
    desk.mill.work_until_idle()

    done = await desk.job(begun["job_id"])
    assert {source["material"] for one in done["activities"] for source in one["sources"]} == {"Notes"}
    refused = await desk.ask(team, 422, material_ids=[notes["id"], str(uuid4())])
    assert refused["fields"][0]["field"] == "material_ids"


async def test_everything_is_changed_listed_and_removed(desk: Desk) -> None:
    team = await desk.team()
    organization, material = f"/api/organizations/{team['organization_id']}", f"/api/teams/{team['id']}/materials"

    changed = await desk.call("PATCH", organization, 200, {"trust_score": 90, "plan": "paid"})
    moved = await desk.call("PATCH", f"/api/teams/{team['id']}", 200, {"setting": "remote", "people": 3})
    again = await desk.call("POST", material, 201, {"title": "June", "text": " ".join(["We wait too long."] * 9)})
    same = await desk.call("POST", material, 201, {"title": "July", "text": " ".join(["We wait too long."] * 9)})
    listed = await desk.call("GET", material, 200)
    whole = await desk.call("GET", f"/api/materials/{same['id']}", 200)

    assert (changed["trust_score"], changed["is_paid"]) == (90, True)
    assert (moved["setting"], moved["people"], moved["name"]) == ("remote", 3, "Checkout")
    assert (again["id"], [one["title"] for one in listed]) == (same["id"], ["July", "May"])
    assert whole["text"].startswith("We wait")
    assert len(await desk.call("GET", "/api/organizations/?limit=1", 200)) == 1
    assert [one["id"] for one in await desk.call("GET", f"{organization}/teams", 200)] == [team["id"]]
    await desk.call("DELETE", f"/api/materials/{same['id']}", 204)
    await desk.call("DELETE", f"/api/teams/{team['id']}", 204)
    await desk.call("DELETE", organization, 204)
    for path in (f"/api/materials/{same['id']}", f"/api/teams/{team['id']}", organization):
        await desk.call("GET", path, 404)


async def test_what_is_another_tenants_is_not_there(desk: Desk, stranger: Any) -> None:
    team = await desk.team()
    job = (await desk.ask(team))["job_id"]
    material = (await desk.call("GET", f"/api/teams/{team['id']}/materials", 200))[0]["id"]
    organization = team["organization_id"]
    text = {"title": "x", "text": "words " * 9}

    for method, path, body in (
        ("GET", f"/api/organizations/{organization}", None),
        ("GET", f"/api/organizations/{organization}/quota", None),
        ("PATCH", f"/api/organizations/{organization}", {"trust_score": 1}),
        ("DELETE", f"/api/organizations/{organization}", None),
        ("POST", f"/api/organizations/{organization}/teams", {"name": "spies"}),
        ("GET", f"/api/organizations/{organization}/teams", None),
        ("GET", f"/api/teams/{team['id']}", None),
        ("PATCH", f"/api/teams/{team['id']}", {"name": "ours"}),
        ("DELETE", f"/api/teams/{team['id']}", None),
        ("POST", f"/api/teams/{team['id']}/materials", text),
        ("GET", f"/api/teams/{team['id']}/materials", None),
        ("GET", f"/api/materials/{material}", None),
        ("DELETE", f"/api/materials/{material}", None),
        ("POST", "/api/activities/generate-custom", {"team_id": team["id"]}),
        ("GET", f"/api/jobs/{job}", None),
    ):
        refused = await desk.call(method, path, 404, body, headers=stranger.headers)
        assert refused["success"] is False
    form = {"data": {"team_id": team["id"]}, "files": {"file": ("a.txt", b"words and words and more words")}}
    assert (await desk.client.post("/api/materials/upload", headers=stranger.headers, **form)).status_code == 404
    assert await desk.call("GET", "/api/organizations/", 200, headers=stranger.headers) == []


async def test_bad_input_is_told_field_by_field_in_teamfits_own_words(desk: Desk) -> None:
    await desk.call("POST", "/api/organizations/", 201, {"name": "acme"})

    for body, field in (
        ({}, "name"),
        ({"name": "x", "trust_score": 101}, "trust_score"),
        ({"name": "x", "plan": "gold"}, "plan"),
        ({"name": "x", "colour": "red"}, "colour"),
    ):
        refused = await desk.call("POST", "/api/organizations/", 422, body)
        assert (refused["success"], refused["fields"][0]["field"]) == (False, field)
    assert (await desk.call("POST", "/api/organizations/", 409, {"name": "acme"}))["code"] == "conflict"
    await desk.call("POST", "/api/activities/generate-custom", 422, {"team_id": "x"})
    await desk.call("POST", "/api/activities/generate-custom", 404, {"team_id": str(uuid4())})
    await desk.call("GET", "/api/jobs/nonsense", 422)
    await desk.call("GET", "/api/organizations/", 401, headers={"Authorization": ""})


async def test_a_job_of_another_kind_is_none_of_teamfits(desk: Desk) -> None:
    job = desk.mill.accept("text.generate", {"prompt": "a fox"})

    await desk.call("GET", f"/api/jobs/{job}", 404)


async def test_members_do_not_set_what_they_may_use_themselves(desk: Desk) -> None:
    team, mill = await desk.team(), desk.mill
    keys = {}
    with mill.db.unit_of_work() as connection:
        for role in ("owner", "member", "viewer"):
            new = people.add_user(mill.tenant, email=f"{role}@acme.example", name="", role=role)
            user_id, made = connection.execute(new).one().id, new_key()
            connection.execute(
                queries.add_key(mill.tenant, made, name="", scopes=[Scope.JOBS], expires_at=None, user_id=user_id)
            )
            keys[role] = {"Authorization": f"Bearer {made.secret}"}
    path, quota = f"/api/organizations/{team['organization_id']}", {"monthly_quota": 99}

    refused = await desk.call("PATCH", path, 403, quota, headers=keys["member"])
    await desk.call("PATCH", path, 200, quota, headers=keys["owner"])
    await desk.call("PATCH", path, 200, {"name": "Renamed"}, headers=keys["member"])
    await desk.call("POST", "/api/activities/generate-custom", 202, {"team_id": team["id"]}, headers=keys["member"])
    await desk.call("POST", "/api/activities/generate-custom", 403, {"team_id": team["id"]}, headers=keys["viewer"])
    await desk.call("GET", path, 200, headers=keys["viewer"])

    assert refused["code"] == "owners-only"
    assert (await desk.quota(team))["monthly_quota"] == 99
