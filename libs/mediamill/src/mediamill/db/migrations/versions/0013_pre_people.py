"""Plans as data, the limits that tenants have of them, people with keys, and jobs counted by month.

Lock: ``tenants`` and ``api_keys`` for the moment in which their columns and keys come; both are small. Duration: none.
Nothing is limited by it: what a tenant has now stays its own, and the two plans that there were limit nothing.
Way back: drop it; people's keys stay valid, as the tenant's own.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE plans (
    name TEXT NOT NULL,
    is_paid BOOLEAN DEFAULT 'false' NOT NULL,
    weight INTEGER DEFAULT '1' NOT NULL,
    max_running INTEGER,
    max_queued INTEGER,
    max_monthly INTEGER,
    max_bytes BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plans PRIMARY KEY (name)
);

INSERT INTO plans (name, is_paid, weight) VALUES ('free', false, 1), ('paid', true, 4);
INSERT INTO plans (name) SELECT DISTINCT plan FROM tenants ON CONFLICT DO NOTHING;

ALTER TABLE tenants ADD COLUMN own TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN max_monthly INTEGER, ADD COLUMN max_bytes BIGINT,
    ADD CONSTRAINT fk_tenants_plan FOREIGN KEY(plan) REFERENCES plans (name);
CREATE INDEX ix_tenants_plan ON tenants (plan);
UPDATE tenants SET own = array_remove(ARRAY['weight', CASE WHEN max_running IS NOT NULL THEN 'max_running' END,
    CASE WHEN max_queued IS NOT NULL THEN 'max_queued' END], NULL);

CREATE TABLE users (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    email TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    role TEXT DEFAULT 'member' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT fk_users_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX uq_users_tenant_id_email ON users (tenant_id, lower(email)) WHERE removed_at IS NULL;

ALTER TABLE api_keys ADD COLUMN user_id UUID,
    ADD CONSTRAINT fk_api_keys_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

CREATE TABLE monthly_jobs (
    tenant_id UUID NOT NULL,
    month DATE NOT NULL,
    jobs INTEGER NOT NULL,
    CONSTRAINT pk_monthly_jobs PRIMARY KEY (tenant_id, month),
    CONSTRAINT fk_monthly_jobs_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='2000',
    autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='2000',
    autovacuum_vacuum_cost_delay='0', vacuum_truncate='false', fillfactor='50');
"""


def upgrade() -> None:
    """Create the tables, seed the plans and add the columns."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "DROP TABLE monthly_jobs; ALTER TABLE api_keys DROP COLUMN user_id; DROP TABLE users; "
        "ALTER TABLE tenants DROP CONSTRAINT fk_tenants_plan, DROP COLUMN max_bytes, DROP COLUMN max_monthly, "
        "DROP COLUMN own; DROP INDEX ix_tenants_plan; DROP TABLE plans"
    )
