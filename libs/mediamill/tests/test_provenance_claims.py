"""What is claimed of an asset, as a value: in C2PA's words, and by a name that equal claims share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediamill.contracts import MediaAnswer
from mediamill.provenance.claim import Claim, Ingredient
from mediamill.provenance.formats import can_carry, format_of
from mediamill.queues.manifest import Making
from mediamill.queues.registry import discover

OTHERS = {"flow", "test", "blockchain"}
"""Queues that make no media themselves: what they answer with is their children's, or JSON."""
PICTURE = Ingredient(Path("picture"), "a" * 64, "image/png", is_ours=True)
BOUGHT = Ingredient(Path("bought"), "b" * 64, "image/jpeg", is_ours=False, is_input=False)
CLIP = Claim("video.generate", "local", None, Making.COMPOSED, "video/mp4", (PICTURE,))


def actions(claim: Claim) -> list[dict[str, Any]]:
    assertions = claim.definition()["assertions"]
    return list(assertions[0]["data"]["actions"])


def told(claim: Claim) -> list[tuple[str, str]]:
    """Give each action with the end of its source type."""
    return [(deed["action"], deed.get("digitalSourceType", "").rpartition("/")[2]) for deed in actions(claim)]


@pytest.mark.parametrize(
    ("making", "provider", "expected"),
    [
        (Making.DRAWN, "local", [("c2pa.created", "algorithmicMedia")]),
        (Making.GENERATED, "replicate", [("c2pa.created", "trainedAlgorithmicMedia")]),
        (Making.COMPOSED, "local", [("c2pa.created", "composite"), ("c2pa.placed", "")]),
        (Making.EDITED, "local", [("c2pa.opened", ""), ("c2pa.edited", "")]),
        (Making.EDITED, "fal", [("c2pa.opened", ""), ("c2pa.edited", "compositeWithTrainedAlgorithmicMedia")]),
        (Making.CONVERTED, "local", [("c2pa.opened", ""), ("c2pa.transcoded", "")]),
    ],
)
def test_each_way_of_making_is_told_as_what_it_is(
    making: Making, provider: str, expected: list[tuple[str, str]]
) -> None:
    assert told(Claim("x.y", provider, None, making, "image/png", (PICTURE,))) == expected


def test_what_the_input_names_was_read_and_what_was_bought_on_the_way_is_inside() -> None:
    claim = Claim("image.generate", "openai", "gpt-image-1", Making.GENERATED, "image/png", (PICTURE, BOUGHT))

    created, placed = actions(claim)

    assert [relationship for _, relationship in claim.related()] == ["inputTo", "componentOf"]
    assert created["parameters"]["ingredientIds"] == [PICTURE.label]
    assert placed["parameters"]["ingredientIds"] == [BOUGHT.label]


def test_a_model_is_named_as_who_did_it() -> None:
    claim = Claim("image.generate", "replicate", "black-forest-labs/flux-schnell", Making.GENERATED, "image/png")

    (created,) = actions(claim)

    assert created["softwareAgent"] == {"name": "black-forest-labs/flux-schnell"}
    assert created["parameters"] == {"com.mediamill.kind": "image.generate", "com.mediamill.provider": "replicate"}


def test_equal_claims_have_the_same_name_wherever_the_files_lie() -> None:
    moved = CLIP._replace(ingredients=(PICTURE._replace(path=Path("elsewhere")),))

    assert moved.named("c" * 64, "signer") == CLIP.named("c" * 64, "signer")


@pytest.mark.parametrize(
    "other",
    [
        CLIP._replace(kind="merge.concat"),
        CLIP._replace(provider="fal"),
        CLIP._replace(model="another"),
        CLIP._replace(making=Making.GENERATED),
        CLIP._replace(ingredients=()),
        CLIP._replace(ingredients=(PICTURE, BOUGHT)),
        CLIP._replace(ingredients=(PICTURE._replace(is_input=False),)),
    ],
)
def test_other_claims_have_other_names(other: Claim) -> None:
    assert other.named("c" * 64, "signer") != CLIP.named("c" * 64, "signer")


def test_other_bytes_and_other_signers_make_other_claims() -> None:
    names = {CLIP.named("c" * 64, "one"), CLIP.named("d" * 64, "one"), CLIP.named("c" * 64, "another")}

    assert len(names) == 3


def test_webm_ogg_and_text_have_no_place_for_credentials_and_a_pdf_is_only_read() -> None:
    assert [format_of(name) for name in ("video/webm", "audio/ogg", "text/vtt", "application/json")] == [None] * 4
    assert format_of("application/pdf") is not None
    assert not can_carry("application/pdf")


def test_every_kind_that_makes_media_says_how() -> None:
    queues = [queue for queue in discover().queues.values() if queue.name not in OTHERS]
    silent = [
        kind.name
        for queue in queues
        for kind in queue.kinds()
        if issubclass(kind.answer, MediaAnswer) and kind.manifest.making is None
    ]

    assert silent == []
