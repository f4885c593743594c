"""Storymaker: how often each person has asked for what.

Lock: none on what is there. Duration: none. Way back: drop it; limits begin anew.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE story_turns (
    tenant_id UUID NOT NULL,
    person TEXT NOT NULL,
    operation TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_story_turns PRIMARY KEY (tenant_id, person, operation),
    CONSTRAINT fk_story_turns_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
)
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLE)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE story_turns")
