"""Every table, imported so that the metadata is whole."""

from mediamill.assets.model import AssetHold, AssetRow, JobAsset
from mediamill.budgets.model import Account, Entry, Hold, Reservation, UsageDay, UsagePosition
from mediamill.db.base import Base
from mediamill.events.model import Event
from mediamill.jobs.model import Deadline, Flight, Idempotency, Job, Lease, Line, Reuse, Signal, Wait, Worker
from mediamill.mints.model import AttemptRow, ContractRow, MintRow, SignerRow, SpendingRow
from mediamill.providers.model import ChainRow, CircuitRow, PaceRow, PredictionRow, QuotaRow, SwitchRow
from mediamill.queues.model import QueueState, Schedule
from mediamill.steps.model import Step
from mediamill.tenants.model import ApiKey, MonthlyJobs, Plan, Tenant, Thinned, User
from mediamill.webhooks.model import JobWebhook, WebhookDelivery, WebhookEndpoint, WebhookPosition

metadata = Base.metadata

__all__ = [
    "Account",
    "ApiKey",
    "AssetHold",
    "AssetRow",
    "AttemptRow",
    "ChainRow",
    "CircuitRow",
    "ContractRow",
    "Deadline",
    "Entry",
    "Event",
    "Flight",
    "Hold",
    "Idempotency",
    "Job",
    "JobAsset",
    "JobWebhook",
    "Lease",
    "Line",
    "MintRow",
    "MonthlyJobs",
    "PaceRow",
    "Plan",
    "PredictionRow",
    "QueueState",
    "QuotaRow",
    "Reservation",
    "Reuse",
    "Schedule",
    "Signal",
    "SignerRow",
    "SpendingRow",
    "Step",
    "SwitchRow",
    "Tenant",
    "Thinned",
    "UsageDay",
    "UsagePosition",
    "User",
    "Wait",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookPosition",
    "Worker",
    "metadata",
]
