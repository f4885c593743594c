"""Limits of providers: what is in line and handed over names its provider, and what is left of a rate is kept.

Lock: ``lines`` and ``leases`` for the moment in which their column is added. Duration: none; rows that are there have
null, which is read as the job's own provider. Way back: drop it; limits of providers hold no longer.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NARROW = """autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false"""

TABLES = f"""
ALTER TABLE lines ADD COLUMN provider TEXT;
ALTER TABLE leases ADD COLUMN provider TEXT;

CREATE TABLE quotas (
    provider TEXT NOT NULL,
    tokens DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    turns JSONB DEFAULT '{{}}' NOT NULL,
    CONSTRAINT pk_quotas PRIMARY KEY (provider)
) WITH ({NARROW}, fillfactor = 50);
"""


def upgrade() -> None:
    """Add the columns and create the table."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE quotas; ALTER TABLE leases DROP COLUMN provider; ALTER TABLE lines DROP COLUMN provider")
