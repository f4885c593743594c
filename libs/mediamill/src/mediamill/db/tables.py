"""Every table, imported so that the metadata is whole."""

from mediamill.assets.model import AssetRow, JobAsset
from mediamill.db.base import Base
from mediamill.events.model import Event
from mediamill.jobs.model import Deadline, Idempotency, Job, Lease, Line, Reuse, Signal, Wait, Worker
from mediamill.providers.model import PredictionRow
from mediamill.queues.model import QueueState, Schedule
from mediamill.steps.model import Step
from mediamill.tenants.model import ApiKey, Tenant
from mediamill.webhooks.model import JobWebhook, WebhookDelivery, WebhookEndpoint, WebhookPosition

metadata = Base.metadata

__all__ = [
    "ApiKey",
    "AssetRow",
    "Deadline",
    "Event",
    "Idempotency",
    "Job",
    "JobAsset",
    "JobWebhook",
    "Lease",
    "Line",
    "PredictionRow",
    "QueueState",
    "Reuse",
    "Schedule",
    "Signal",
    "Step",
    "Tenant",
    "Wait",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookPosition",
    "Worker",
    "metadata",
]
