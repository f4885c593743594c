"""Mints: tokens, their signed transactions, the nonces of keys, deployed contracts, and what tenants spend on them.

Lock: none, all tables are new. Duration: none. Way back: drop them; what was minted is still on its chain, and is found
there again by its token id, but transactions that were on their way are no longer repeated.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE mint_contracts (
    chain_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    signer TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    raw BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    deployed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mint_contracts PRIMARY KEY (chain_id, address)
);

CREATE TABLE mint_signers (
    chain_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    next_nonce BIGINT NOT NULL,
    CONSTRAINT pk_mint_signers PRIMARY KEY (chain_id, address)
);

CREATE TABLE mints (
    chain_id BIGINT NOT NULL,
    contract TEXT NOT NULL,
    token_id TEXT NOT NULL,
    tenant_id UUID NOT NULL,
    job_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    edition BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    uri TEXT NOT NULL,
    state TEXT NOT NULL,
    signer TEXT,
    nonce BIGINT,
    gas BIGINT,
    day DATE DEFAULT (now() AT TIME ZONE 'UTC')::date NOT NULL,
    most_wei NUMERIC(78, 0) DEFAULT 0 NOT NULL,
    tx_hash TEXT,
    block_number BIGINT,
    block_hash TEXT,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mints PRIMARY KEY (chain_id, contract, token_id)
);

CREATE UNIQUE INDEX uq_mints_chain_id_signer_nonce ON mints (chain_id, signer, nonce);
CREATE INDEX ix_mints_signed ON mints (chain_id, signer, nonce) WHERE state = 'signed';
CREATE INDEX ix_mints_tenant_id_made_at ON mints (tenant_id, made_at);

CREATE TABLE mint_attempts (
    tx_hash TEXT NOT NULL,
    chain_id BIGINT NOT NULL,
    contract TEXT NOT NULL,
    token_id TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    raw BYTEA NOT NULL,
    max_fee NUMERIC(78, 0) NOT NULL,
    tip NUMERIC(78, 0) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_mint_attempts PRIMARY KEY (tx_hash),
    CONSTRAINT fk_mint_attempts_mint FOREIGN KEY(chain_id, contract, token_id)
        REFERENCES mints (chain_id, contract, token_id) ON DELETE CASCADE
);

CREATE INDEX ix_mint_attempts_mint ON mint_attempts (chain_id, contract, token_id);

CREATE TABLE mint_spending (
    tenant_id UUID NOT NULL,
    chain_id BIGINT NOT NULL,
    day DATE NOT NULL,
    wei NUMERIC(78, 0) NOT NULL,
    CONSTRAINT pk_mint_spending PRIMARY KEY (tenant_id, chain_id, day)
);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE mint_spending, mint_attempts, mints, mint_signers, mint_contracts")
