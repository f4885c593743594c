"""How a vendor misbehaves; each can be set on a running one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Faults:
    """What goes wrong from now on."""

    drop_hooks: bool = False
    """No webhook is sent."""
    repeat_hooks: int = 1
    """Each webhook is sent so many times."""
    late_hooks_s: float = 0
    """Each webhook is sent so much too late."""
    hide_hooks: bool = False
    """The list does not show to where webhooks go."""
    refused: int = 0
    """So many requests are answered with the vendor's refusal of an input."""
    moderated: int = 0
    """So many requests are refused for their content."""
    penniless: int = 0
    """So many requests are refused since the account has no money."""
    forge_hooks: bool = False
    """Webhooks are signed with another secret."""
    early_hooks: bool = False
    """Each purchase is answered only after its webhook was sent."""
    throttled: int = 0
    """So many requests are answered 429."""
    retry_after_s: float = 1
    broken: int = 0
    """So many requests are answered 500."""
    away: int = 0
    """So many requests are answered 503."""
    proxied: int = 0
    """So many requests are answered 502 by a proxy before the vendor."""
    deaf_reads: bool = False
    """Every look at predictions is answered 503."""
    cut_sales: int = 0
    """So many purchases are accepted and the connection is cut before the answer."""
    garbled: bool = False
    """Every answer is a page for people, as a proxy in between would send it."""
    slow_s: float = 0
    """Every answer comes so much later; what is bought is bought before that."""
    failing: str = ""
    """Each prediction that is bought fails with this."""
    replays: bool = False
    """A repeated Idempotency-Key is answered with what was made the first time."""
    expired_outputs: bool = False
    """What was made is not there any more."""
    truncated_outputs: int = 0
    """So many downloads end in the middle."""
