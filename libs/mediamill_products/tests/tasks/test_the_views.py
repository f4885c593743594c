"""The views of jobs for those who debug with SQL."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mediamill_testing.harness import Mill

VIEWS = {
    "text_generations": "text.script",
    "image_generations": "image.generate",
    "video_generations": "video.generate",
    "audio_generations": "audio.speech",
    "merge_generations": "merge.concat",
    "lipsync_generations": "lipsync.talk",
    "mint_generations": "blockchain.mint",
}
ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"
MANY = 20_000

_FILL = """
INSERT INTO jobs (id, tenant_id, kind, queue, state, priority, input, root_id, fingerprint)
SELECT job.id, :tenant_id, job.queue || '.generate', job.queue, 'succeeded', 5, '{}', job.id, ''
FROM (
    SELECT gen_random_uuid() AS id, (ARRAY['image', 'video', 'audio', 'text'])[number % 4 + 1] AS queue
    FROM generate_series(1, :many) AS number
) AS job
"""


def job(mill: Mill, kind: str, **facts: Any) -> UUID:
    """Have a job of a kind that may not be installed."""
    job_id = mill.accept("test.noop")
    known = {"kind": kind, "queue": kind.partition(".")[0], **facts}
    values = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in known.items()}
    changes = ", ".join(f"{name} = :{name}" for name in values)
    with mill.db.unit_of_work() as connection:
        connection.execute(text(f"UPDATE jobs SET {changes} WHERE id = :id"), {**values, "id": job_id})
    return job_id


def seen(mill: Mill, view: str, job_id: UUID) -> dict[str, Any]:
    with mill.db.unit_of_work() as connection:
        return dict(connection.execute(text(f"SELECT * FROM {view} WHERE id = :id"), {"id": job_id}).mappings().one())


def test_each_view_has_the_jobs_of_its_kinds_and_no_others(mill: Mill) -> None:
    jobs = {view: job(mill, kind) for view, kind in VIEWS.items()}
    job(mill, "blockchain.verify")

    with mill.db.unit_of_work() as connection:
        found = {view: connection.execute(text(f"SELECT id FROM {view}")).scalars().all() for view in VIEWS}

    assert found == {view: [job_id] for view, job_id in jobs.items()}


def test_a_state_is_one_of_four_words(mill: Mill) -> None:
    states = {
        "pending": [{"state": "queued"}],
        "in_progress": [
            {"state": "queued", "started_at": "2026-11-30T12:00:00Z"},
            {"state": "running"},
            {"state": "waiting"},
        ],
        "completed": [{"state": "succeeded"}],
        "failed": [{"state": "failed"}, {"state": "canceled"}],
    }

    found = {
        status: [seen(mill, "image_generations", job(mill, "image.edit", **facts)) for facts in several]
        for status, several in states.items()
    }

    assert all(row["status"] == status for status, rows in found.items() for row in rows)
    assert [row["error_message"] for row in found["failed"]] == [None, "It was canceled."]


def test_a_row_tells_what_was_asked_for_what_came_of_it_and_why_not(mill: Mill) -> None:
    asked = {"prompt": "a fox", "style": "flat", "size": [640, 360]}
    progress = {"current": 1, "total": 2, "message": "drawing"}
    made = job(mill, "image.generate", input=asked, output={"assets": [{"id": ASSET}]}, progress=progress)
    failed = job(mill, "video.generate", input={"image": ASSET, "seconds": 4}, error={"code": "x", "message": "No."})

    image, video = seen(mill, "image_generations", made), seen(mill, "video_generations", failed)

    assert (image["prompt"], image["style"], image["size"]) == ("a fox", "flat", [640, 360])
    assert (image["asset_ids"], image["tenant_id"]) == ([UUID(ASSET)], mill.tenant)
    assert (image["stage"], image["progress_current"], image["progress_total"]) == ("drawing", 1, 2)
    assert (video["image_id"], video["seconds"], video["asset_ids"]) == (UUID(ASSET), 4, [])
    assert (video["error_code"], video["error_message"]) == ("x", "No.")


def test_among_many_jobs_a_row_and_a_tenants_rows_are_found_by_an_index(mill: Mill) -> None:
    job_id, other = job(mill, "image.generate"), mill.add_tenant("other")
    with mill.db.unit_of_work() as connection:
        connection.execute(text(_FILL), {"tenant_id": other, "many": MANY})
        connection.execute(text("ANALYZE jobs"))

        plans = [
            plan(connection, "SELECT * FROM image_generations WHERE id = :given", job_id),
            plan(connection, "SELECT * FROM image_generations WHERE tenant_id = :given", mill.tenant),
            plan(connection, "SELECT count(*) FROM mint_generations WHERE tenant_id = :given", mill.tenant),
            plan(connection, "SELECT id, status FROM video_generations ORDER BY id DESC LIMIT 10", None),
        ]

    assert [("Index" in one, "Seq Scan on jobs" in one) for one in plans] == [(True, False)] * 4


def plan(connection: Connection, query: str, given: Any) -> str:
    return "\n".join(connection.execute(text(f"EXPLAIN {query}"), {"given": given} if given else {}).scalars())
