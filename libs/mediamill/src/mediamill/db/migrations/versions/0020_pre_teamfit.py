"""teamfit: organisations, teams, their materials, and who asked for activities.

Lock: none but of new tables; the keys to tenants and plans lock these for a moment. Duration: none. Way back: drop it.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE teamfit_organisations (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    plan TEXT,
    trust_score SMALLINT DEFAULT '70' NOT NULL,
    monthly_quota INTEGER DEFAULT '10' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_teamfit_organisations PRIMARY KEY (id),
    CONSTRAINT uq_teamfit_organisations_tenant_id_name UNIQUE (tenant_id, name),
    CONSTRAINT fk_teamfit_organisations_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_teamfit_organisations_plan FOREIGN KEY(plan) REFERENCES plans (name)
);

CREATE TABLE teamfit_teams (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    name TEXT NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    people SMALLINT DEFAULT '6' NOT NULL,
    setting TEXT DEFAULT 'in_person' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_teamfit_teams PRIMARY KEY (id),
    CONSTRAINT fk_teamfit_teams_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_teamfit_teams_organisation_id FOREIGN KEY(organisation_id)
        REFERENCES teamfit_organisations (id) ON DELETE CASCADE
);

CREATE INDEX ix_teamfit_teams_organisation_id ON teamfit_teams (organisation_id);

CREATE TABLE teamfit_materials (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    team_id UUID NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    pages INTEGER,
    text TEXT NOT NULL,
    is_cut BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_teamfit_materials PRIMARY KEY (id),
    CONSTRAINT uq_teamfit_materials_team_id_sha256 UNIQUE (team_id, sha256),
    CONSTRAINT fk_teamfit_materials_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_teamfit_materials_team_id FOREIGN KEY(team_id) REFERENCES teamfit_teams (id) ON DELETE CASCADE
);

CREATE TABLE teamfit_requests (
    job_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    team_id UUID,
    month DATE NOT NULL,
    person TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_teamfit_requests PRIMARY KEY (job_id),
    CONSTRAINT fk_teamfit_requests_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT fk_teamfit_requests_organisation_id FOREIGN KEY(organisation_id)
        REFERENCES teamfit_organisations (id) ON DELETE CASCADE,
    CONSTRAINT fk_teamfit_requests_team_id FOREIGN KEY(team_id) REFERENCES teamfit_teams (id) ON DELETE SET NULL
);

CREATE INDEX ix_teamfit_requests_organisation_id ON teamfit_requests (organisation_id, month);
CREATE INDEX ix_teamfit_requests_team_id ON teamfit_requests (team_id);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE teamfit_requests, teamfit_materials, teamfit_teams, teamfit_organisations")
