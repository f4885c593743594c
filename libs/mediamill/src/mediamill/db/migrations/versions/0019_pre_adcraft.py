"""Adcraft: brands and campaigns; and assets that rows hold on to, which retention leaves alone.

Lock: none that anybody waits for; the tables are empty. Duration: none. Way back: drop them; brands and campaigns are
lost, and their pictures go when their time has come.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE asset_holds (
    asset_id UUID NOT NULL,
    holder_id UUID NOT NULL,
    CONSTRAINT pk_asset_holds PRIMARY KEY (asset_id, holder_id),
    CONSTRAINT fk_asset_holds_asset_id FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);

CREATE INDEX ix_asset_holds_holder_id ON asset_holds (holder_id);

CREATE TABLE adcraft_brands (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    name TEXT NOT NULL,
    voice TEXT,
    speaker TEXT NOT NULL,
    colors JSONB NOT NULL,
    logo UUID,
    audience TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_adcraft_brands PRIMARY KEY (id),
    CONSTRAINT uq_adcraft_brands_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT fk_adcraft_brands_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE TABLE adcraft_campaigns (
    id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    brand_id UUID NOT NULL,
    name TEXT,
    brief TEXT NOT NULL,
    pictures UUID[] NOT NULL,
    formats TEXT[] NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    call_to_action TEXT NOT NULL,
    resolution INTEGER NOT NULL,
    music TEXT NOT NULL,
    captions TEXT NOT NULL,
    job_id UUID,
    generated_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_adcraft_campaigns PRIMARY KEY (id),
    CONSTRAINT fk_adcraft_campaigns_brand FOREIGN KEY(tenant_id, brand_id) REFERENCES adcraft_brands (tenant_id, id),
    CONSTRAINT fk_adcraft_campaigns_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_adcraft_campaigns_tenant_id_id ON adcraft_campaigns (tenant_id, id);

CREATE INDEX ix_adcraft_campaigns_brand_id ON adcraft_campaigns (brand_id, id);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE adcraft_campaigns; DROP TABLE adcraft_brands; DROP TABLE asset_holds")
