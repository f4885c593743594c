"""Makes sentences of bullets and labelled fields, so that they can be spoken."""

from __future__ import annotations

import re

from mediamill_media.text.reading.sentences import closed
from mediamill_media.text.reading.speech import capitalised

_DOES = re.compile(
    r"^(?:kills|keeps|charges|makes|saves|lasts|works|fits|turns|cleans|learns|tracks|finds|runs|helps|protects|"
    r"connects|plays|records|shows|"
    r"gives|brings|comes|includes|supports|uses|has|is|needs|weighs|measures|costs|stays|remembers|reminds|stops|"
    r"starts|reduces|improves|adds|"
    r"lets|plans|builds|sends|reads|tells|sings|folds|glows|warms|cools|filters|grows|opens|closes|offers|"
    r"delivers|removes|detects|syncs|pays|"
    r"prevents|replaces|holds|carries|cuts|doubles|halves|boosts|lowers|raises|ships|measures|adapts|listens|"
    r"speaks|translates|wakes|dims)\b",
    re.IGNORECASE,
)
_IS = re.compile(
    r"^(?:made|built|designed|powered|available|compatible|trusted|tested|loved|waterproof|dishwasher|handmade|"
    r"free of|free from|based|certified|"
    r"recyclable|reusable|easy to|safe for|quiet enough|small enough|light enough|ready in|machine[- ]washable|"
    r"suitable|approved)\b|"
    r"^[\w-]+-(?:safe|proof|free|friendly|washable)[.]?$",
    re.IGNORECASE,
)
_GETS = re.compile(r"^(?:an?|no|zero|free|\d+[\w-]*)\s", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|could|do|does|did|came|went|gave|took|made|saw|won|lasts?|takes?|"
    r"keeps?|makes?|gets?|said|"
    r"showed|opened|ended|built|signed|spoke|met|works?|needs?|helps?|uses?|means|\w{3,}ed)\b",
    re.IGNORECASE,
)


def item_told(item: str, subject: str) -> str:
    """Speak a bullet: "Keeps water cold" becomes "It keeps water cold"; a whole sentence stays as it is."""
    first = item[:1].lower() + item[1:] if item[1:2].islower() else item
    if _DOES.match(item):
        return closed(f"{subject} {first}")
    if _IS.match(item):
        return closed(f"{subject} is {first}")
    if _GETS.match(item) and not _VERB.search(item) and subject == "It":
        return closed(f"You get {first}")
    return capitalised(closed(item))


def field_told(label: str, value: str) -> str:
    """Speak a labelled fact: "Battery: 30 hours" keeps its colon, which is read as a pause."""
    if _VERB.search(value) and len(value.split()) > 5:
        return capitalised(closed(value))
    return closed(f"{label[:1].upper()}{label[1:]}: {value}")


def product_told(value: str) -> str:
    """Introduce a product by its line."""
    return closed(f"Meet {value}")


def call_told(value: str) -> str:
    """Give a call to action its end."""
    return capitalised(closed(value))
