"""Tells what is said *about* the film (left out, or taken as a hint) from what is said *in* it."""

from __future__ import annotations

import re
from typing import Literal

from mediamill_media.text.reading.sentences import closed, count
from mediamill_media.text.reading.speech import capitalised
from mediamill_media.text.reading.tables import table

Role = Literal["title", "cast", "place", "lesson", "product", "cta", "tagline", "want", "topic", "aside", "fact"]

_ROLES: dict[Role, str] = table("cues")["roles"]
_ASIDE = re.compile(
    r"\b(?:the|this|our|your|a|an|each)\s(?:whole\s)?(?:video|film|clip|story|ad|animation|narrat\w+|voice-?over|"
    r"script|spot|explainer|music|recap)\s"
    r"(?:should|must|needs?|can|will|is for|is about|ought|lasts?|to be)\b"
    r"|\b(?:it|this|everything)\s(?:should|must)\s(?:be|feel|look|sound|end|stay|have)\b"
    r"|^(?:please|make (?:it|sure|the)|keep (?:it|the (?:tone|language|video|film))|use (?:a|simple|short|plain|"
    r"warm|the)|avoid|include|mention|don'?t|do not|show|add|"
    r"write|create|produce|generate|draw)\b"
    r"|\b(?:for (?:children|kids) aged|for (?:a )?(?:general audience|social media)|target audience|seconds long|"
    r"minutes? long|aspect ratio|9:16|16:9|1:1)\b"
    r"|^(?:an?\s)?(?:[\w’'-]+\s){0,3}(?:story|video|film|clip|explainer|recap|ad|advert|advertisement|spot|"
    r"commercial|teaser|trailer|short|reel)\s(?:for|about|of)\b(?!.*\bwho\b)"
    r"|^(?:see|read|visit|check out|more at)\b.*\b(?:more|guide|here|details|link|page)\b",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:(?:please|can you|could you|we need|we want|we would like|we['’]d like|i want|i need|i['’]d like|"
    r"i would like)\s+)?"
    r"(?:(?:write|tell|make|create|produce|generate|compose|draft|give)\s+(?:me\s|us\s|up\s)?)?"
    r"(?:(?:an?|the|some|\d+|one|two|three)\s)?(?:[\w’'-]+\s){0,4}?"
    r"(?:story|stories|tale|film|video|clip|script|animation|ad|advert|spot|explainer|recap|poem|haiku|paragraph|"
    r"sentences?|text|article|tagline|summary|post|commercial)\s"
    r"(?:about|of|on|for|where|in which|explaining|that explains|featuring)\s+",
    re.IGNORECASE,
)
_FOR = re.compile(r"\sfor\s$", re.IGNORECASE)
_TELLING = re.compile(
    r"^(?:summari[sz]e|explain|describe|introduce|promote|advertise|present|rewrite|expand|shorten|"
    r"condense)\s+(?:this|the following|to me|us)?\s*:?\s*",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|could|do|does|did|[a-z]{3,}(?:ed|es)|\w+s\s(?:the|a|an|her|his|"
    r"to|in|on))\b"
)
_BEGINS = re.compile(
    r"^(?:the|our|this)\s(?:story|film|video|tale)\s(?:begins|starts|opens)\s(?:when|as|with)\s", re.IGNORECASE
)
_ENDS = re.compile(
    r"^(?:the|our|this|it)\s?(?:story|film|video|tale)?\s(?:should\s)?(?:ends?|closes?|finish(?:es)?)\s(?:when|as)\s",
    re.IGNORECASE,
)
_ENDS_WITH = re.compile(
    r"\b(?:it|story|film|tale|should)\s(?:should\s|must\s)?(?:ends?|finish(?:es)?)\swith\s([A-Z]\w+.*)$"
)
_LESSON = re.compile(
    r"(?:^|,\s*|\band\s)(?:the\s)?(?:moral|lesson|message)(?:\sof\sthe\s(?:story|film))?\s(?:is|"
    r"should be)\s(?:that\s)?",
    re.IGNORECASE,
)


def product_of(sentence: str) -> str:
    """Give what an order such as "make an ad for X" asks to be shown, or nothing."""
    lead = _LEAD_IN.match(sentence) or _TELLING.match(sentence)
    return sentence[lead.end() :].rstrip(".!?") if lead else ""


def role_of(label: str) -> Role:
    """Tell what a label or heading stands for; what is unknown is a fact."""
    plain = re.sub(r"[^\w\s'-]", "", label).strip().lower()
    for role, words in _ROLES.items():
        if re.fullmatch(rf"(?:the\s|our\s)?(?:{words})", plain):
            return role
    return "fact"


def is_aside(sentence: str) -> bool:
    """Tell whether a sentence gives directions instead of being part of what is told."""
    lead = _LEAD_IN.match(sentence)
    return (bool(_ASIDE.search(sentence)) and not lead) or bool(lead and _FOR.search(lead[0]))


def is_fragment(sentence: str) -> bool:
    """Tell a few words without a verb, such as "Warm, gentle, a little snow."; beside directions, they direct too."""
    return count(sentence) <= 8 and not _VERB.search(sentence)


def told(sentence: str) -> str | None:
    """Turn "write a story about X" into X, told; give nothing for mere directions."""
    lead = _LEAD_IN.match(sentence)
    if lead and _FOR.search(lead[0]):
        return None
    if lead:
        rest = sentence[lead.end() :].strip()
        return closed(f"This is the story of {rest}") if count(rest) >= 4 else None
    for pattern, instead in ((_BEGINS, ""), (_ENDS, "In the end, "), (_LESSON, "And so we learn that ")):
        if (match := pattern.match(sentence)) and len(sentence) - match.end() > 8:
            return capitalised(closed(instead + sentence[match.end() :]))
    end = _ENDS_WITH.search(sentence)
    if end and not re.search(r"\b(?:logo|title|card|music|shot|credits?|fade|url|link)\b", end[1], re.IGNORECASE):
        return closed(f"In the end, we see {end[1]}")
    return None if is_aside(sentence) else sentence


def subject_of(prompt: str) -> str:
    """Give what a one-line prompt is about: without its "write a …" and its full stop."""
    line = _TELLING.sub("", _LEAD_IN.sub("", prompt.strip(), count=1), count=1)
    return line.strip().rstrip(".!?:;, ") or prompt.strip()


def is_bare_order(sentence: str) -> bool:
    """Tell whether a sentence is an order to write with its subject in it."""
    return bool(_LEAD_IN.match(sentence) or _TELLING.match(sentence))
