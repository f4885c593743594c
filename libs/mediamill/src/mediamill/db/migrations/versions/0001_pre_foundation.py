"""The first tables.

Lock: none that anybody waits for, as nothing is there yet. Duration: well under a second. Way back: drop the schema.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE SEQUENCE worker_numbers AS INTEGER;

CREATE TABLE queues (
    name TEXT NOT NULL,
    paused BOOLEAN DEFAULT 'false' NOT NULL,
    turns JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_queues PRIMARY KEY (name)
);

CREATE TABLE tenants (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    plan TEXT DEFAULT 'free' NOT NULL,
    weight INTEGER DEFAULT '1' NOT NULL,
    max_running INTEGER,
    max_queued INTEGER,
    budget NUMERIC(14, 6),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT uq_tenants_name UNIQUE (name)
);

CREATE TABLE workers (
    id UUID NOT NULL,
    number INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    queues TEXT[] NOT NULL,
    slots INTEGER NOT NULL,
    draining BOOLEAN DEFAULT 'false' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_workers PRIMARY KEY (id),
    CONSTRAINT uq_workers_number UNIQUE (number)
);

CREATE TABLE api_keys (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    prefix TEXT NOT NULL,
    digest BYTEA NOT NULL,
    scopes TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT fk_api_keys_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT uq_api_keys_digest UNIQUE (digest)
);

CREATE INDEX ix_api_keys_tenant_id ON api_keys (tenant_id);

CREATE TABLE assets (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    duration_s DOUBLE PRECISION,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assets PRIMARY KEY (id),
    CONSTRAINT uq_assets_tenant_id_sha256 UNIQUE (tenant_id, sha256),
    CONSTRAINT fk_assets_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_assets_sha256 ON assets (sha256);

CREATE TABLE jobs (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    input JSONB NOT NULL,
    output JSONB,
    error JSONB,
    progress JSONB,
    attempt SMALLINT DEFAULT '1' NOT NULL,
    crashes SMALLINT DEFAULT '0' NOT NULL,
    delivery INTEGER DEFAULT '0' NOT NULL,
    seq INTEGER DEFAULT '1' NOT NULL,
    parent_id UUID,
    parent_step INTEGER,
    root_id UUID NOT NULL,
    provider TEXT,
    cost NUMERIC(14, 6) DEFAULT '0' NOT NULL,
    max_cost NUMERIC(14, 6),
    metadata JSONB DEFAULT '{}' NOT NULL,
    cache TEXT DEFAULT 'off' NOT NULL,
    fingerprint TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    traceparent TEXT,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT fk_jobs_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id)
)
 WITH (fillfactor = 60);

CREATE INDEX ix_jobs_parent_id ON jobs (parent_id) WHERE parent_id IS NOT NULL;

CREATE INDEX ix_jobs_root_id ON jobs (root_id);

CREATE INDEX ix_jobs_tenant_id_id ON jobs (tenant_id, id);

CREATE TABLE schedules (
    name TEXT NOT NULL,
    every_s INTEGER NOT NULL,
    action TEXT NOT NULL,
    tenant_id UUID,
    body JSONB DEFAULT '{}' NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_schedules PRIMARY KEY (name),
    CONSTRAINT fk_schedules_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE deadlines (
    job_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_deadlines PRIMARY KEY (job_id),
    CONSTRAINT fk_deadlines_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_deadlines_at ON deadlines (at);

CREATE TABLE events (
    job_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    tenant_id UUID NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    data JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (job_id, seq),
    CONSTRAINT fk_events_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_events_tenant_id_number ON events (tenant_id, number);

CREATE TABLE idempotency (
    tenant_id UUID NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    job_id UUID NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (tenant_id, key),
    CONSTRAINT fk_idempotency_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_idempotency_job_id ON idempotency (job_id);

CREATE TABLE job_assets (
    job_id UUID NOT NULL,
    asset_id UUID NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT pk_job_assets PRIMARY KEY (job_id, asset_id, role),
    CONSTRAINT fk_job_assets_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE,
    CONSTRAINT fk_job_assets_asset_id FOREIGN KEY(asset_id) REFERENCES assets (id)
);

CREATE INDEX ix_job_assets_asset_id ON job_assets (asset_id);

CREATE TABLE leases (
    job_id UUID NOT NULL,
    queue TEXT NOT NULL,
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    delivery INTEGER NOT NULL,
    worker_id UUID,
    published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_leases PRIMARY KEY (job_id),
    CONSTRAINT fk_leases_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE TABLE lines (
    job_id UUID NOT NULL,
    queue TEXT NOT NULL,
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    rank SMALLINT DEFAULT '1' NOT NULL,
    priority SMALLINT NOT NULL,
    run_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_lines PRIMARY KEY (job_id),
    CONSTRAINT fk_lines_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_lines_order ON lines (queue, tenant_id, rank, priority, job_id);

CREATE TABLE reuse (
    tenant_id UUID NOT NULL,
    fingerprint TEXT NOT NULL,
    job_id UUID NOT NULL,
    CONSTRAINT pk_reuse PRIMARY KEY (tenant_id, fingerprint),
    CONSTRAINT fk_reuse_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_reuse_job_id ON reuse (job_id);

CREATE TABLE signals (
    id UUID NOT NULL,
    job_id UUID NOT NULL,
    name TEXT NOT NULL,
    payload JSONB,
    CONSTRAINT pk_signals PRIMARY KEY (id),
    CONSTRAINT fk_signals_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_signals_job_id ON signals (job_id);

CREATE TABLE steps (
    job_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    result JSONB,
    delivery INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_steps PRIMARY KEY (job_id, ordinal),
    CONSTRAINT fk_steps_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE TABLE waits (
    job_id UUID NOT NULL,
    reason TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    pending INTEGER DEFAULT '0' NOT NULL,
    signal TEXT,
    wake_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_waits PRIMARY KEY (job_id),
    CONSTRAINT fk_waits_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);

CREATE INDEX ix_waits_wake_at ON waits (wake_at);
"""


def upgrade() -> None:
    """Create every table."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop every table."""
    op.execute(
        "DROP TABLE waits, steps, signals, reuse, lines, leases, job_assets, idempotency, events, deadlines, "
        "schedules, jobs, assets, api_keys, workers, tenants, queues CASCADE; DROP SEQUENCE worker_numbers"
    )
