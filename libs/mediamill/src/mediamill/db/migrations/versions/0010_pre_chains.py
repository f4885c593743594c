"""Chains: circuits, operators' orders and switches, and whether a job named its provider.

Lock: ``jobs`` for the moment in which its column is added; the new tables are empty. Duration: none. Jobs of before
have null in it, which is read as named if their provider is not their kind's first. Way back: drop all of it; what
operators set is lost.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NARROW = """autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false"""

TABLES = f"""
ALTER TABLE jobs ADD COLUMN pinned BOOLEAN;

CREATE TABLE circuits (
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    failures INTEGER NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    retry_at TIMESTAMP WITH TIME ZONE,
    rests SMALLINT DEFAULT '0' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_circuits PRIMARY KEY (provider, model)
) WITH ({NARROW}, fillfactor = 50);

CREATE TABLE chains (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    kind TEXT NOT NULL,
    tenant_id UUID,
    providers TEXT[] NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_chains PRIMARY KEY (id),
    CONSTRAINT uq_chains_kind_tenant_id UNIQUE NULLS NOT DISTINCT (kind, tenant_id),
    CONSTRAINT fk_chains_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE switches (
    provider TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_switches PRIMARY KEY (provider)
);
"""


def upgrade() -> None:
    """Add the column and create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE switches; DROP TABLE chains; DROP TABLE circuits; ALTER TABLE jobs DROP COLUMN pinned")
