"""Makes written text speakable: no marks, links or emoji, and numbers with their units in words."""

from __future__ import annotations

import calendar
import re

from mediamill_media.text.reading.tables import table

_URL = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.(?:com|org|net|io|example|dev|app|co)\b(?:/\S*)?",
    re.IGNORECASE,
)
_LEAD_TO_URL = re.compile(r"\s*\b(?:at|on|via|from|under|see|visit|here:?|link:?)\s*:?\s*(?=\x00)", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{1,63}\b")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U00002600-\U000027bf\U00002b00-\U00002bff\U0001f1e6-\U0001f1ff\ufe0f\u200d\u2190-\u21ff\u25a0-\u25ff]+"
)
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!\[[^\]\[]{0,300}\]\([^)(]{0,600}\)"), " "),
    (re.compile(r"\[([^\]\[]{1,300})\]\([^)(]{0,600}\)"), r"\1"),
    (re.compile(r"\[\^?\d+(?:\s*[,–-]\s*\d+)*\]"), ""),
    (re.compile(r"\[([^\]\[]{0,600})\]"), r"\1"),
    (re.compile(r"<[^<>\n]{0,200}>"), " "),
    (re.compile(r"(\*\*|__)(?=\S)(.{1,400}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)[*_](?=\S)([^*_]{1,400}?)(?<=\S)[*_](?!\w)"), r"\1"),
    (re.compile(r"~~([^~]{0,400})~~"), r"\1"),
    (re.compile(r"[`*#~|\\^{}]+|(?<!\w)_+|_+(?!\w)|(?<!\w)>+"), " "),
)
_UNITS: dict[str, str] = table("cues")["units"]
_UNIT = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)*)\s?("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")(?![\w/])",
    re.IGNORECASE,
)
_MONEY = re.compile(r"([$€£])\s?(\d+(?:[.,]\d+)*)(?:\s?(k|m|bn|million|billion|thousand)\b)?", re.IGNORECASE)
_CURRENCY = {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("pound", "pounds")}
_SCALE = {"k": "thousand", "m": "million", "bn": "billion"}
_MONTHS = tuple(calendar.month_name)[1:]
_ISO_DATE = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\be\.\s?g\.,?", re.IGNORECASE), "for example"),
    (re.compile(r"\bi\.\s?e\.,?", re.IGNORECASE), "that is"),
    (re.compile(r"\betc\.?(?=\W|$)", re.IGNORECASE), "and so on"),
    (re.compile(r"\bvs\.?(?=\s)", re.IGNORECASE), "versus"),
    (re.compile(r"\bapprox\.(?=\s)", re.IGNORECASE), "about"),
    (re.compile(r"\bw/o\s"), "without "),
    (re.compile(r"\bw/\s?"), "with "),
    (re.compile(r"\b24/7\b"), "around the clock"),
    (re.compile(r"(?<=\d)\s?[–-]\s?(?=\d)"), " to "),
    (re.compile(r"(?<![\w.])[~≈]\s?(?=\d)"), "about "),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"\s&\s"), " and "),
    (re.compile(r"(?<=\w)&(?=\w)"), " and "),
    (re.compile(r"(?<=\d)\s?[×x]\s?(?=\d)"), " by "),
    (re.compile(r"#(?=\d)"), "number "),
    (re.compile(r"(?<=\w)/(?=\w)"), " or "),
    (re.compile(r"(?<=\s)\+(?=\s)"), "and"),
    (re.compile(r"\s*\([^()]{0,24}\)"), ""),
    (re.compile(r"\s*\(([^()]*)\)(?=[.,;:!?])"), r", \1"),
    (re.compile(r"\s*\(([^()]*)\)"), r", \1,"),
    (re.compile(r"[™®©†‡§¶•]"), ""),
)
_TIDY: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\(\s*\)"), ""),
    (re.compile(r"\s+([,.;:!?…])"), r"\1"),
    (re.compile(r"([,;:])(?=[.!?])"), ""),
    (re.compile(r"([!?])[!?]+"), r"\1"),
    (re.compile(r"(?<!\.)\.\.(?!\.)"), "."),
    (re.compile(r"\s*[–—]{1,2}\s*|\s--\s|(?<=\s)-(?=\s)"), " – "),
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"), " "),
    (re.compile(r"\s+"), " "),
)


def _money(match: re.Match[str]) -> str:
    one, many = _CURRENCY[match[1]]
    scale = (match[3] or "").lower()
    amount = f"{match[2]} {_SCALE.get(scale, scale)}".strip()
    return f"{amount} {one if amount == '1' else many}"


def _unit(match: re.Match[str]) -> str:
    word = _UNITS[match[2].lower()]
    if match[1] == "1" and word.endswith("s") and not word.startswith("degrees"):
        word = word[:-1]
    return f"{match[1]} {word}"


def without_marks(text: str) -> str:
    """Take markdown, markup, links and emoji out of a line and leave what a reader would say."""
    for pattern, instead in _MARKS[:2]:
        text = pattern.sub(instead, text)
    text = _EMAIL.sub("\x00", _URL.sub("\x00", text))
    text = _LEAD_TO_URL.sub(" ", text).replace("\x00", " ")
    for pattern, instead in _MARKS[2:]:
        text = pattern.sub(instead, text)
    return tidy(_EMOJI.sub(" ", text))


def speakable(text: str) -> str:
    """Give a line as it is spoken: clean, with units, money and shortenings in words."""
    text = without_marks(re.sub(r"#(?=\d)", "number ", text))
    text = _ISO_DATE.sub(lambda date: f"{int(date[3])} {_MONTHS[int(date[2]) - 1]} {date[1]}", text)
    text = _MONEY.sub(_money, text)
    text = _UNIT.sub(_unit, text)
    for pattern, instead in _WORDS:
        text = pattern.sub(instead, text)
    return tidy(text)


def tidy(text: str) -> str:
    """Close gaps and doubled punctuation."""
    for pattern, instead in _TIDY:
        text = pattern.sub(instead, text)
    return text.strip()


def capitalised(text: str) -> str:
    """Start every sentence with a capital letter."""
    return re.sub(r"(^[\"“'‘(]*|(?:[.!?…]|\.[\"”’])\s+[\"“‘]?)([a-zà-ÿ])", lambda m: m[1] + m[2].upper(), text)
