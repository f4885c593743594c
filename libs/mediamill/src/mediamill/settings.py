"""Every setting of Mediamill, each with its why; read from ``MEDIAMILL_*`` or files in ``MEDIAMILL_SECRETS_DIR``."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProviderLimit(BaseModel):
    """What may be asked of one provider, by all tenants together; what is missing is not limited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    running: int | None = Field(None, ge=1, description="Jobs that hold a slot or whose prediction is in flight there.")
    per_minute: float | None = Field(None, gt=0, description="Jobs that begin, a tenth of it at once after a pause.")

    @property
    def burst(self) -> float:
        """How many may begin at once after a pause."""
        return max(1.0, (self.per_minute or 0) / 10)


class Settings(BaseSettings):
    """The configuration of a process; frozen, so that nobody changes it under somebody else."""

    model_config = SettingsConfigDict(env_prefix="MEDIAMILL_", frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(
        SecretStr("postgresql://mediamill@127.0.0.1:5432/mediamill"),
        description="Postgres, the truth. Any libpq URL.",
    )
    broker_url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"),
        description="The wire to the workers; losing it loses no job: redis://…, several Sentinels "
        "(sentinel://:password@one:26379;sentinel://two:26379/0) or RabbitMQ (amqp://…).",
    )
    sentinel_master: str = Field("mymaster", description="What the Sentinels call the Redis that they watch.")
    sentinel_password: SecretStr = Field(SecretStr(""), description="The password of the Sentinels themselves.")
    hint_url: SecretStr | None = Field(
        None,
        description="Redis (or Sentinels) for 'something changed' hints; the broker when that is one. Without it "
        "readers poll.",
    )
    store_url: str = Field(
        "file:///var/lib/mediamill/assets",
        description="Where the bytes of assets live: a disk that all processes share (file:///path), or a bucket "
        "(s3://bucket/prefix, gs://…, az://…). S3: ?endpoint=http://…&region=… names another server; keys come from "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine.",
    )
    store_cache: str = Field(
        "",
        description="Where a bucket's blobs are kept at hand on this machine; by default a folder of the user's own "
        "among the temporary files. Processes may share it.",
    )
    store_cache_bytes: int = Field(
        4_000_000_000, ge=1_000_000, description="How much that folder may hold, besides what jobs work with, in bytes."
    )
    work_cache: str = Field(
        "",
        description="Where workers keep what they may need again, each tenant's apart, as the pieces of its films; "
        "by default a folder of the user's own among the temporary files. Workers may share it, and it may be emptied.",
    )
    work_cache_bytes: int = Field(
        2_000_000_000, ge=1_000_000, description="How much that folder may hold, of all tenants together, in bytes."
    )
    store_redirects: bool = Field(
        False,
        description="Send clients to a signed URL of the bucket for an asset's bytes, past the gateway; for buckets "
        "that clients can reach.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8080", description="How clients reach the gateway; every URL in an answer starts with it."
    )
    secret: SecretStr = Field(
        SecretStr(""), description="Signs asset URLs and list cursors; the same on every gateway. Required there."
    )
    otlp_url: str = Field(
        "",
        pattern="^(https?://.+)?$",
        description="Where traces go: an OpenTelemetry collector's OTLP/HTTP address, as http://collector:4318. Empty: "
        "nothing is traced. The same for gateway, conductor and workers; OTEL_EXPORTER_OTLP_HEADERS may hold its key.",
    )
    traces_per_s: float = Field(
        10,
        ge=0,
        description="So many requests a second begin a trace of their own, and what is beyond is not traced, so that "
        "tracing costs no more under load. A caller's traceparent decides for itself.",
    )
    test_kinds: bool = Field(False, description="Serve the test.* kinds; for tests and benchmarks only.")
    test_vendor_url: str = Field("", description="The vendor server that test.marks leaves its marks at; tests only.")
    test_generations: tuple[int, ...] = Field(
        (1, 2), description="The generations of test.roll that a worker has; tests only."
    )
    test_ledger: str = Field("", description="The file that test.stamp writes to; tests only.")
    replicate_base_url: str = Field(
        "https://api.replicate.com",
        description="Where Replicate answers, without /v1; tests put their own server here.",
    )
    replicate_api_token: SecretStr = Field(
        SecretStr(""), description="Buys from Replicate; without it no kind is offered by it."
    )
    openai_base_url: str = Field(
        "https://api.openai.com/v1", description="Where OpenAI answers, or any server that speaks like it, with /v1."
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""), description="Buys from OpenAI; without it no kind is offered by it."
    )
    openai_replays: bool = Field(
        False,
        description="The server at openai_base_url answers a repeated Idempotency-Key with what it made the first "
        "time, as Mediamill does; then what a dead worker bought is found instead of being unknown.",
    )
    fal_queue_url: str = Field("https://queue.fal.run", description="Where fal's queue answers.")
    fal_jwks_url: str = Field(
        "https://rest.fal.ai/.well-known/jwks.json",
        description="Where fal publishes the keys that its webhooks are checked with.",
    )
    fal_key: SecretStr = Field(SecretStr(""), description="Buys from fal; without it no kind is offered by it.")
    pubmed_base_url: str = Field(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description="Where NCBI's E-utilities answer."
    )
    pubmed_tool: str = Field("mediamill", description="How this installation is named to NCBI, which asks for a name.")
    pubmed_email: str = Field(
        "", description="Whom NCBI may write to before it shuts this installation out; it asks for one."
    )
    pubmed_api_key: SecretStr = Field(
        SecretStr(""), description="Lets PubMed be asked ten times a second instead of three; not needed."
    )
    evm_rpc_url: SecretStr = Field(
        SecretStr(""), description="A node of the chain that tokens are minted on; without it nothing is minted."
    )
    evm_chain_id: int | None = Field(
        None, description="Which chain that must be; a node of another one is refused. By default whatever it is."
    )
    evm_contract: str = Field(
        "",
        pattern="^(0x[0-9a-fA-F]{40})?$",
        description="The contract that tokens are minted at; by default the one that 'mill chain deploy' made last.",
    )
    evm_keystore: str = Field(
        "", description="The minting key as an encrypted key file (Web3 secret storage, version 3); on workers only."
    )
    evm_keystore_password: SecretStr = Field(SecretStr(""), description="What opens that file.")
    evm_private_key: SecretStr = Field(
        SecretStr(""),
        description="The minting key itself, in hex. For test networks; any other chain refuses it.",
    )
    evm_signer_url: SecretStr = Field(
        SecretStr(""),
        description="A remote signer (eth_signTransaction, as of Web3Signer) that holds the minting key instead.",
    )
    evm_signer_address: str = Field(
        "", pattern="^(0x[0-9a-fA-F]{40})?$", description="The address whose key the remote signer is to use."
    )
    evm_confirmations: int = Field(
        12,
        ge=1,
        description="So many blocks, its own included, make a mint final; what is undone before is sent again.",
    )
    evm_block_s: float = Field(12, ge=0, description="How long the chain takes for a block, in seconds.")
    evm_stuck_s: float = Field(
        90, gt=0, description="A transaction that waits this long at the head of its key's line is outbid, in seconds."
    )
    evm_max_fee_gwei: Decimal = Field(
        Decimal(200), gt=0, description="Never is more paid for a unit of gas; a mint waits while the chain is dearer."
    )
    evm_in_flight: int = Field(
        16, ge=1, description="Transactions of one key on their way at once; nodes keep 16 of an account for sure."
    )
    evm_daily_cap: Decimal | None = Field(
        None, ge=0, description="What the mints of any tenant may cost in a day (UTC), in the chain's coin."
    )
    evm_daily_caps: dict[UUID, Decimal] = Field({}, description="The same for single tenants, by their ids, as JSON.")
    evm_usd_per_coin: Decimal = Field(
        Decimal(0),
        ge=0,
        description="What a coin of the chain is worth: mints are held and settled against budgets by it. 0: free.",
    )
    ipfs_api_url: SecretStr = Field(
        SecretStr(""),
        description="A Kubo node (/api/v0) that pins what is minted; without it only the gateway's own store has it.",
    )
    chains: dict[str, tuple[str, ...]] = Field(
        {},
        description="Who serves each kind, in this order, as JSON; what operators set at run time goes before it: "
        '{"image.generate": ["replicate", "fal", "local"]}. By default the first provider of the kind\'s manifest.',
    )
    models: dict[str, dict[str, str]] = Field(
        {},
        description="Another model of a provider for a kind than the manifest's, as JSON: "
        '{"image.generate": {"replicate": "mediamill/image-generate"}}.',
    )
    allow_private_urls: bool = Field(
        False, description="Let webhooks go to loopback and private addresses; off, or users reach your network."
    )

    metrics: bool = Field(
        True, description="Count and serve metrics for Prometheus; off, conductors tell no scaler anything either."
    )
    metrics_host: str = Field(
        "0.0.0.0",  # noqa: S104  # in a container nobody reaches it that the network does not let
        description="On which address workers and conductors serve them; the gateway serves its own beside its API.",
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65_535, description="On which port: by default 9464 (workers), 8081 (conductors). 0: any free."
    )
    pod_deletion_cost: bool = Field(
        False,
        description="On Kubernetes: conductors note on each worker's pod how busy it is, so that idle ones go first.",
    )
    pool_size: int = Field(10, ge=1, description="Database connections that a process keeps.")
    prepare_statements: bool = Field(
        True, description="Let the driver prepare statements; off behind a transaction-mode pooler older than 1.21."
    )
    session_options: bool = Field(
        True,
        description="Tell each database session its time zone, time-outs and planning; off behind a pooler that "
        "refuses that (PgBouncer before 1.20). Then the role needs: ALTER ROLE … SET timezone = 'UTC'.",
    )
    liveness: str = Field(
        "session",
        pattern="^(session|lease)$",
        description="How a dead worker is noticed: its database session (about a second) or its lease's time-out.",
    )
    lease_s: float = Field(
        25,
        gt=0,
        description="Silence after which a worker is taken for dead, in seconds: with the sweep's turn and its second "
        "look, the jobs of a worker without a session are back in line within 30 s.",
    )
    heartbeat_s: float = Field(5, gt=0, description="How often a worker says that it lives, in seconds.")
    claim_timeout_s: float = Field(
        5, gt=0, description="A published job that no free worker claims in this time is published again, in seconds."
    )
    drain_grace_s: float = Field(
        20, ge=0, description="How long a stopping worker lets its jobs finish before it hands them back, in seconds."
    )
    prefetch: int = Field(
        2, ge=0, description="Jobs of short kinds published beyond the free slots of a queue's workers."
    )
    age_step_s: float = Field(
        300,
        gt=0,
        le=10_000_000,
        description="A job that waited this long goes before newer ones of the next higher priority, in seconds: "
        "long enough that priorities mean something, short enough that the lowest waits behind the highest for 45 min.",
    )
    poll_s: float = Field(1, gt=0, description="How often readers look at the truth when no hint comes, in seconds.")
    sweep_s: float = Field(1, gt=0, description="How often dead workers and due timers are looked for, in seconds.")
    max_crashes: int = Field(3, ge=1, description="A job that took this many workers down fails as 'crashed'.")

    provider_limits: dict[str, ProviderLimit] = Field(
        {},
        description="What each provider allows over all tenants, as JSON; conductors and gateways have the same: "
        '{"replicate": {"running": 10, "per_minute": 600}}.',
    )
    coalesced_charge: Literal["none", "full"] = Field(
        "none",
        description="What a job costs that got the answer of an equal one which was under way (cache: reuse). none: "
        "nothing, so the ledger is the vendors' bill. full: what that one cost, at most the job's own price.",
    )
    model_aliases: dict[str, str] = Field(
        {},
        description="Names of models that drop-in clients use, and the kind that serves each, as JSON: "
        '{"black-forest-labs/flux-schnell": "image.generate"}.',
    )
    storymaker_per_minute: dict[str, Annotated[int, Field(ge=1, le=600)]] = Field(
        {"script": 20, "character": 20, "upload": 10, "scenes": 10, "side_characters": 10, "videos": 10, "final": 10},
        description="How often one person may ask storymaker for each operation, per minute, as JSON; what is missing "
        "is not limited. One user in a hurry is not to take the machine from the others.",
    )
    max_long_waits: int = Field(
        1_000,
        ge=0,
        description="Requests of drop-in clients that one gateway holds open until their job has ended.",
    )
    max_body_bytes: int = Field(10_000_000, ge=1_000, description="Largest JSON body of a request, in bytes.")
    max_form_bytes: int = Field(
        100_000_000, ge=1_000, description="Largest form with files, as OpenAI's clients send them, in bytes."
    )
    max_upload_bytes: int = Field(2_000_000_000, ge=1_000, description="Largest upload, in bytes.")
    max_streams: int = Field(
        2_000, ge=1, description="Open event streams of one tenant at one gateway; each costs it some 38 KiB."
    )
    signing_certificates: str = Field(
        "",
        description="Who signs the content credentials of what is made here: its certificate, then those above it, as "
        "PEM or as the path of a PEM file. The embedded stack draws its own; without one nothing is signed.",
    )
    signing_key: SecretStr = Field(
        SecretStr(""), description="The private key of that certificate, as PKCS 8 PEM or as the path of a PEM file."
    )
    trusted_roots: str = Field(
        "",
        description="Whose content credentials are trusted besides our own: root certificates, as PEM or as the path "
        "of a PEM file.",
    )
    asset_url_ttl_s: int = Field(86_400, ge=60, description="How long a signed asset URL opens, in seconds.")
    retention_days: int = Field(
        90,
        ge=1,
        description="Finished jobs and assets are kept this long, in days, unless their tenant's plan says otherwise.",
    )
    partition_days: int = Field(
        7,
        ge=1,
        le=90,
        description="Events and steps lie in tables of so many days each, which are dropped as a whole when all of "
        "their jobs are forgotten. One day is right for tens of millions of jobs a day.",
    )
    keep_days: dict[str, int] = Field(
        {},
        description="The same for single kinds, with what their children made, instead of what the kind's manifest "
        'says, as JSON: {"flow.explainer": 7}.',
    )

    run_dir: str = Field(  # read by handlers.pulse, see there
        "",
        description="Where workers tell their health check how they are; by default a folder of the user's own among "
        "the temporary files.",
    )

    @property
    def age_step_ms(self) -> int:
        """The same in milliseconds, as ids tell time."""
        return round(self.age_step_s * 1000)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the settings of this process once."""
    secrets = os.environ.get("MEDIAMILL_SECRETS_DIR")
    return Settings(_secrets_dir=secrets) if secrets else Settings()
