"""Views for those who debug with SQL: jobs of each media type, in the words of the backends that Mediamill replaces.

Lock: none. Duration: none. Way back: drop them; nothing of ours reads them. A later migration that changes the type of
a column of ``jobs`` drops them before and makes them again.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Nothing here is computed for a column that nobody selects, and every filter on id or tenant_id reaches an index of
# ``jobs``: a view is only another way to write its query.
VIEW = """
CREATE VIEW {name} AS
SELECT jobs.id, jobs.tenant_id, jobs.kind,
    CASE
        WHEN jobs.state = 'succeeded' THEN 'completed'
        WHEN jobs.state IN ('failed', 'canceled') THEN 'failed'
        WHEN jobs.state = 'queued' AND jobs.started_at IS NULL THEN 'pending'
        ELSE 'in_progress'
    END AS status,
    {columns},
    ARRAY(SELECT CAST(asset ->> 'id' AS uuid) FROM jsonb_array_elements(jobs.output -> 'assets') AS asset) AS asset_ids,
    jobs.progress ->> 'message' AS stage,
    CAST(jobs.progress ->> 'current' AS double precision) AS progress_current,
    CAST(jobs.progress ->> 'total' AS double precision) AS progress_total,
    coalesce(jobs.error ->> 'message', CASE WHEN jobs.state = 'canceled' THEN 'It was canceled.' END) AS error_message,
    jobs.error ->> 'code' AS error_code,
    jobs.provider, jobs.cost, jobs.attempt, jobs.parent_id, jobs.created_at, jobs.started_at,
    jobs.finished_at AS completed_at
FROM jobs WHERE jobs.{which}
"""

TEXT = """coalesce(jobs.input ->> 'prompt', jobs.input ->> 'brief') AS prompt,
    coalesce(jobs.output ->> 'text', jobs.output ->> 'title') AS text"""
IMAGE = """coalesce(jobs.input ->> 'prompt', jobs.input ->> 'description') AS prompt, jobs.input ->> 'style' AS style,
    jobs.input -> 'size' AS size"""
VIDEO = """jobs.input ->> 'prompt' AS prompt, CAST(jobs.input ->> 'image' AS uuid) AS image_id,
    CAST(jobs.input ->> 'seconds' AS double precision) AS seconds, jobs.input -> 'size' AS size"""
AUDIO = """jobs.input ->> 'text' AS text, jobs.input ->> 'voice' AS voice, jobs.input ->> 'mood' AS mood,
    CAST(jobs.output ->> 'duration_s' AS double precision) AS seconds"""
MERGE = """jobs.input -> 'clips' AS clips, CAST(jobs.output ->> 'duration_s' AS double precision) AS seconds"""
OTHER = "jobs.input, jobs.output"

VIEWS = {
    "text_generations": (TEXT, "queue = 'text'"),
    "image_generations": (IMAGE, "queue = 'image'"),
    "video_generations": (VIDEO, "queue = 'video'"),
    "audio_generations": (AUDIO, "queue = 'audio'"),
    "merge_generations": (MERGE, "queue = 'merge'"),
    "lipsync_generations": (OTHER, "queue = 'lipsync'"),
    "mint_generations": (OTHER, "kind = 'blockchain.mint'"),
}


def upgrade() -> None:
    """Create the views."""
    for name, (columns, which) in VIEWS.items():
        op.execute(VIEW.format(name=name, columns=columns, which=which))


def downgrade() -> None:
    """Drop them."""
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
