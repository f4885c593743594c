"""What is wrong with a webhook that did not come from the vendor."""

from __future__ import annotations

from mediamill.errors import MediamillError


class Forged(MediamillError):
    """This webhook is not signed by its vendor."""

    code, status = "forged", 401
