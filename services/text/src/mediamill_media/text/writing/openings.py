"""Other ways to begin: first scenes that can take the place of a script's own, in the voice that is asked for."""

from __future__ import annotations

import random

from mediamill_media.text.contract import Script
from mediamill_media.text.reading.brief import Brief
from mediamill_media.text.reading.sentences import LONGEST
from mediamill_media.text.writing.narration import Told, fitted, topic
from mediamill_media.text.writing.phrases import filled
from mediamill_media.text.writing.voices import openings_of, usual_openings


def other_openings(brief: Brief, ask: Script, first: str) -> list[Told]:
    """Give as many other first scenes as are asked for, all different; the script's own do not depend on them."""
    chance = random.Random(f"{ask.seed} {ask.brief}")
    decks = (openings_of(ask.voice, brief.tone), usual_openings(brief.tone))
    wordings = [wording for deck in decks for wording in chance.sample(deck, len(deck))]
    slots = {"topic": topic(brief)}
    told = (fitted(Told(filled(wording, slots), beat="first"), LONGEST, lambda: "") for wording in wordings)
    different = dict.fromkeys(one for one in told if one.text != first)
    return list(different)[: ask.openings]
