"""Retention by plan; and a bound of ids below which all events and steps of today lie, so that 0023 reads none.

Lock: ``plans``, ``events`` and ``steps`` for the moment in which columns and constraints come; no row is read.
Duration: milliseconds. 0022 and 0023 belong to it and are to follow within a week, before ids reach the bound.
Way back: drop columns, table and constraints; all tenants are kept as long as MEDIAMILL_RETENTION_DAYS says.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

DESPITE = {"EXECUTE": "It adds a constraint that is not valid yet; only its bound, a time, is not known before."}

PLANS = """
ALTER TABLE plans ADD COLUMN keep_jobs_days INTEGER, ADD COLUMN keep_events_days INTEGER,
    ADD COLUMN keep_assets_days INTEGER;
CREATE TABLE thinned (
    tenant_id UUID NOT NULL,
    up_to UUID NOT NULL,
    CONSTRAINT pk_thinned PRIMARY KEY (tenant_id),
    CONSTRAINT fk_thinned_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
)
"""

BOUNDS = """
DO $$
DECLARE
    at timestamptz := date_trunc('week', now()) + interval '14 days';
    bound uuid := (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
BEGIN
    EXECUTE format('ALTER TABLE events ADD CONSTRAINT events_past_bound CHECK (job_id < %L) NOT VALID', bound);
    EXECUTE format('ALTER TABLE steps ADD CONSTRAINT steps_past_bound CHECK (job_id < %L) NOT VALID', bound);
END $$
"""


def upgrade() -> None:
    """Add what plans may say, and bound what is there."""
    op.execute(PLANS)
    op.execute(BOUNDS)


def downgrade() -> None:
    """Drop all of it."""
    op.execute("ALTER TABLE events DROP CONSTRAINT events_past_bound")
    op.execute("ALTER TABLE steps DROP CONSTRAINT steps_past_bound")
    op.execute("DROP TABLE thinned")
    op.execute(
        "ALTER TABLE plans DROP COLUMN keep_jobs_days, DROP COLUMN keep_events_days, DROP COLUMN keep_assets_days"
    )
