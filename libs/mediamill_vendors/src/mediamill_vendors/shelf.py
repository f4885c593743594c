"""Which vendors make predictions, each loaded when it is first asked for: its client is an extra and takes its time.

A chain is one of them: a transaction that is on its way is waited for as a prediction is. OpenAI answers at once, has
nothing to look at later, and so is not on the shelf.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

from mediamill.errors import NotFound
from mediamill.providers.protocol import Vendor

NAMES = ("replicate", "fal", "evm")


def vendor(name: str) -> Vendor:
    """Give this process's way to a vendor. Raises ``NotFound``, or ``ImportError`` where its extra is missing."""
    if name not in NAMES:
        raise NotFound(f"Vendor {name!r}.")
    make: Any = getattr(importlib.import_module(f"mediamill_vendors.{name}.vendor"), name)
    return cast("Vendor", make())
