"""The models that make faces talk, whoever hosts them: VEED's Fabric for pictures, sync.'s lipsync-2 for films."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mediamill.providers.protocol import Ended
from mediamill_media.lipsync.providers.bought import Wanted
from mediamill_media.lipsync.providers.choosing import takes_films
from mediamill_vendors.catalogued import Catalogued, data_uri, url_of


class Talking(Catalogued):
    """What their hosts have in common; each names files in its own way."""

    files = ""
    """What a host adds to the name of an input that is a file."""

    def inputs_of(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the inputs of either model."""
        audio = {f"audio{self.files}": data_uri(ask.speech)}
        if takes_films(self.model):
            return {f"video{self.files}": data_uri(ask.shown), **audio, "sync_mode": "bounce"}
        return {f"image{self.files}": data_uri(ask.shown), **audio, "resolution": "720p"}

    def ours(self, ask: Wanted) -> Mapping[str, Any]:
        """Give the input of another Mediamill, in the words of our own contract."""
        shown = "clip" if ask.ask.clip is not None else "portrait"
        left_out = {"portrait", "clip", "speech", "text", "voice"}
        own = ask.ask.model_dump(mode="json", exclude_none=True, exclude=left_out)
        return own | {shown: data_uri(ask.original), "speech": data_uri(ask.speech)}

    def units(self, ask: Wanted) -> Decimal:
        """Count seconds."""
        return Decimal(str(round(ask.seconds, 3)))

    def expect(self, ask: Wanted) -> float:
        """Tell when it is worth a first look: both take several times as long as the film lasts."""
        return 4 * ask.seconds

    def read(self, ask: Wanted, ended: Ended) -> str:
        """Give the address of the film."""
        return url_of(ended.output)
