"""Webhooks: who is told, what is on its way, and an index to read all events in the order of their transactions.

Lock: writes to ``events`` wait while its index is built. Duration: about a second for each million events; the tables
are empty. Way back: drop the tables and the index; what was on its way is lost, receivers read the events instead.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE INDEX ix_events_xid_number ON events (xid, number);

CREATE TABLE webhook_endpoints (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    url TEXT NOT NULL,
    events TEXT[],
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    disabled_reason TEXT,
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
    CONSTRAINT fk_webhook_endpoints_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_endpoints_tenant_id ON webhook_endpoints (tenant_id);

CREATE TABLE job_webhooks (
    job_id UUID NOT NULL,
    url TEXT NOT NULL,
    events TEXT[],
    lane TEXT NOT NULL,
    CONSTRAINT pk_job_webhooks PRIMARY KEY (job_id),
    CONSTRAINT fk_job_webhooks_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE TABLE webhook_deliveries (
    id UUID NOT NULL,
    endpoint_id UUID,
    job_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    lane TEXT NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    attempts SMALLINT DEFAULT '0' NOT NULL,
    failures SMALLINT DEFAULT '0' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now(),
    tries JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    delivered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_webhook_deliveries_job_id_seq_lane UNIQUE (job_id, seq, lane),
    CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_webhook_deliveries_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_deliveries_endpoint_id_id ON webhook_deliveries (endpoint_id, id);

CREATE INDEX ix_webhook_deliveries_due_at ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_webhook_deliveries_lane_due_at ON webhook_deliveries (lane, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE webhook_position (
    one BOOLEAN DEFAULT 'true' NOT NULL,
    xid xid8 NOT NULL,
    number BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_webhook_position PRIMARY KEY (one)
);

INSERT INTO webhook_position (xid) VALUES (pg_snapshot_xmin(pg_current_snapshot()));
"""


def upgrade() -> None:
    """Create the tables and the index."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "DROP TABLE webhook_position, webhook_deliveries, job_webhooks, webhook_endpoints; "
        "DROP INDEX ix_events_xid_number"
    )
