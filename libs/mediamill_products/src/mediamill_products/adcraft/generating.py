"""From a campaign and its brand to the job that makes the films."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from mediamill_products.adcraft.contract import Brand, Campaign
from mediamill_products.adcraft.schemas import Generate
from mediamill_products.adcraft.shown import TEST_MODE
from mediamill_products.caller import Post, Seen

KIND = "flow.campaign"
_LOCAL = "local"
_SHARED = ("brief", "pictures", "formats", "seconds", "call_to_action", "resolution", "music", "captions")


def films_wanted(brand: RowMapping, campaign: RowMapping, how: Generate) -> Post:
    """Give the job: all that it needs of both, as they are now.

    In test mode this machine is named, which holds for everything that the job begins, so nothing can be bought.
    """
    ask = {
        "brand": {name: _plain(brand[name]) for name in Brand.model_fields if brand[name] is not None},
        **{name: _plain(campaign[name]) for name in _SHARED},
        "variants": how.variants,
        "seed": how.seed,
    }
    metadata = {"campaign_id": str(campaign["id"]), TEST_MODE: "true" if how.test_mode else "false"}
    return Post(
        kind=KIND,
        input=ask,
        metadata=metadata,
        cache="off" if how.fresh else "reuse",
        provider=_LOCAL if how.test_mode else None,
    )


def is_the_same(job: Seen, post: Post) -> bool:
    """Tell whether a job makes what another is wanted for."""
    wanted: Mapping[str, Any] = Campaign.model_validate(post.input).model_dump(mode="json")
    return job.metadata == post.metadata and job.input == wanted


def _plain(value: Any) -> Any:
    """Give ids as texts, as JSON has them."""
    return [str(one) for one in value] if isinstance(value, list) else value if _is_plain(value) else str(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | dict)
