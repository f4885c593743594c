"""Seedance 1 lite, whoever hosts it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.providers.protocol import Ended
from mediamill_media.video.providers.wanted import Wanted
from mediamill_vendors.catalogued import Catalogued, url_of


class Seedance(Catalogued):
    """What its hosts have in common; each names the picture and the length in its own way."""

    def inputs_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the inputs that have the same names everywhere."""
        return {
            "prompt": ask.prompt,
            "resolution": "720p",
            "camera_fixed": ask.ask.motion == "still",
            "seed": ask.seed,
        }

    def units(self, ask: Wanted) -> Decimal:
        """Count seconds."""
        return Decimal(str(ask.seconds))

    def expect(self, ask: Wanted) -> float:
        """Tell when it is worth a first look: the fastest film for twice as long as the clip lasts."""
        return 2 * ask.seconds

    def read(self, ask: Wanted, ended: Ended) -> str:
        """Give the address of the clip."""
        return url_of(ended.output)
