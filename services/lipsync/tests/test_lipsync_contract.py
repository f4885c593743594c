"""What may be asked of the lipsync queue; what cannot be said is refused with a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from mediamill_media.lipsync.contract import Talk

FACE, SPEECH = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77", "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e78"
LATE = {"symbol": "a", "start_s": 2.0, "end_s": 1.0}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nobody": ({"speech": SPEECH}, "exactly one of portrait and clip"),
    "two faces": ({"portrait": FACE, "clip": FACE, "speech": SPEECH}, "exactly one of portrait and clip"),
    "nothing to say": ({"portrait": FACE}, "exactly one of speech and text"),
    "two speeches": ({"portrait": FACE, "speech": SPEECH, "text": "Hi"}, "exactly one of speech and text"),
    "phonemes of a text": (
        {"portrait": FACE, "text": "Hi", "phonemes": [{"symbol": "h", "start_s": 0, "end_s": 0.1}]},
        "phonemes go with a recorded speech",
    ),
    "a phoneme that ends first": ({"portrait": FACE, "speech": SPEECH, "phonemes": [LATE]}, "before it starts"),
    "an odd side": ({"portrait": FACE, "speech": SPEECH, "size": [321, 180]}, "even"),
    "a huge side": ({"portrait": FACE, "speech": SPEECH, "size": [4096, 180]}, "2048"),
    "no number": ({"portrait": FACE, "speech": SPEECH, "liveliness": float("nan")}, "liveliness"),
    "a voice with a path": ({"portrait": FACE, "text": "Hi", "voice": "../x"}, "voice"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_said_is_refused(name: str) -> None:
    ask, says = REFUSED[name]

    with pytest.raises(ValidationError, match=says):
        Talk(**ask)


@pytest.mark.parametrize(
    ("ask", "seconds"),
    [
        ({"text": "x" * 140}, 10),
        ({"speech": SPEECH}, 10),
        ({"speech": SPEECH, "phonemes": [{"symbol": "a", "start_s": 0, "end_s": 3.2}]}, 4),
    ],
)
def test_an_estimate_counts_seconds_as_well_as_they_are_known(ask: dict[str, Any], seconds: int) -> None:
    assert Talk(portrait=FACE, **ask).units() == Decimal(seconds)
