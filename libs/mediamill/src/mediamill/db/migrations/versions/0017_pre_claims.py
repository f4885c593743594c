"""Claims: what an asset's content credentials say, by which what was signed before is found again.

Lock: ``assets`` while its column comes and its index is built, about a second for a million rows. Duration: as long.
Way back: drop both; signed assets stay as they are, and what is made again is signed again.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index."""
    op.execute(
        "ALTER TABLE assets ADD COLUMN claim TEXT; "
        "CREATE UNIQUE INDEX ix_assets_tenant_id_claim ON assets (tenant_id, claim) WHERE claim IS NOT NULL"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX ix_assets_tenant_id_claim; ALTER TABLE assets DROP COLUMN claim")
