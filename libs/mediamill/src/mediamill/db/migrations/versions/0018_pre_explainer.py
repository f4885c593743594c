"""The explainer's films: one row beside each job, which goes with it.

Lock: ``jobs`` and ``tenants`` for the moment in which their foreign keys are added. Duration: none. Way back: drop it;
films that were made can still be had by their jobs.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE explainer_videos (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    job_id UUID NOT NULL,
    pubmed_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_explainer_videos PRIMARY KEY (id),
    CONSTRAINT fk_explainer_videos_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_explainer_videos_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE,
    CONSTRAINT uq_explainer_videos_job_id UNIQUE (job_id)
);

CREATE INDEX ix_explainer_videos_tenant_id ON explainer_videos (tenant_id);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE explainer_videos")
