"""Coalescing: who leads equal work that is under way, and who waits for it.

Lock: ``waits`` for the moment in which its columns and its index come, which reads the jobs that wait. Duration: none.
Way back: cancel the jobs that wait as ``coalesced``, then drop it: releases before this one wake none of them.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE flights (
    tenant_id UUID NOT NULL,
    fingerprint TEXT NOT NULL,
    leader_id UUID NOT NULL,
    leads_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_flights PRIMARY KEY (tenant_id, fingerprint),
    CONSTRAINT fk_flights_leader_id FOREIGN KEY(leader_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_flights_leader_id ON flights (leader_id);

ALTER TABLE waits ADD COLUMN tenant_id UUID, ADD COLUMN fingerprint TEXT,
    ADD COLUMN run_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX ix_waits_followers ON waits (tenant_id, fingerprint, run_at) WHERE fingerprint IS NOT NULL;
"""


def upgrade() -> None:
    """Create the table and add the columns."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "DROP INDEX ix_waits_followers; "
        "ALTER TABLE waits DROP COLUMN run_at, DROP COLUMN fingerprint, DROP COLUMN tenant_id; DROP TABLE flights"
    )
