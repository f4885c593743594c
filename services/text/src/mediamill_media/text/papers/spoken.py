"""Makes a sentence of a paper speakable: its statistics stay in the source, its findings are said."""

from __future__ import annotations

import re

from mediamill_media.text.reading.sentences import LONGEST, closed, count, halves
from mediamill_media.text.reading.speech import capitalised, speakable, tidy

_NOISE = re.compile(
    r"\bCrI?\b|\bCI\b|\b[Pp]\s*[<=>≤≥]|\bS[DE]M?\b|\bIQR\b|\b(?:OR|RR|HR|aOR|aHR|IRR)\b|\b[nN]\s*=|I²|χ²|"
    r"\b[tFrzZβ]\s*=|±|NCT\d|"
    r"(?i:confidence|credible|p[- ]value|\bratios?\b|\brange\b|registr|interquartile|adjusted|cohen)"
)
"""What a listener can do nothing with."""
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_NUMBER = re.compile(r"[\d.,·]+\s?%?")
_P_VALUE = re.compile(r"\b[Pp]\s*[=>≥]\s*(0?\.\d+)")
_CHANCE = 0.05
_AIM = re.compile(r"^To (?=[a-z])")
_FIRST_PERSON = (
    (re.compile(r"(?:^|(?<=[.!?] ))We\b"), "The researchers"),
    (re.compile(r"(?:^|(?<=[.!?] ))Our\b"), "Their"),
    (re.compile(r"\bwe\b"), "they"),
    (re.compile(r"\bour\b"), "their"),
)
"""Who reads is not who did it."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon "
    "phi chi psi omega"
).split(), strict=True))  # fmt: skip
_SAID: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\d)·(?=\d)"), "."),
    (re.compile(r"(?<![\d.])\.(?=\d)"), "0."),
    (re.compile(r"/m²"), " per square metre"),
    (re.compile(r"\bm²"), " square metres"),
    (re.compile(r"\bmm\s?Hg\b"), "millimetres of mercury"),
    (re.compile(r"\bppm\b"), "parts per million"),
    (re.compile(r"\b(?:vs?\.|vs)(?=\s)"), "versus"),
    (re.compile(r"\s*≥\s*"), " at least "),
    (re.compile(r"\s*≤\s*"), " at most "),
    (re.compile(r"\s*<\s*"), " less than "),
    (re.compile(r"\s*>\s*"), " more than "),
    (re.compile(r"\s*=\s*"), " equals "),
    (re.compile(r"\s*±\s*"), " plus or minus "),
    (re.compile(r"(?<![\w])[−–-](?=\d)"), "minus "),
    (re.compile(r"\bet al\.?"), "and others"),
)


def spoken(sentence: str) -> str:
    """Give a sentence as a narrator says it, with every number that it says of the finding.

    Intervals and P values are left out; what they say is said where leaving it out would turn chance into a finding.
    """
    text = _PARENTHESES.sub(_inside, sentence)
    if any(float(value) >= _CHANCE for value in _P_VALUE.findall(sentence)):
        text = f"{text.rstrip(' .')}, a difference that chance could explain."
    text = _AIM.sub("The aim was to ", text)
    for pattern, instead in _FIRST_PERSON:
        text = pattern.sub(instead, text)
    text = re.sub(r"([⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})(?=[\s/,.;)]|$)", _power, text)
    for pattern, instead in _SAID:
        text = pattern.sub(instead, text)
    text = "".join(_GREEK.get(letter, _GREEK.get(letter.lower(), letter)) for letter in text).translate(_LOWERED)
    text = re.sub(r",\s*(?=[,.;])", "", tidy(speakable(text)))
    return _breathing(capitalised(closed(text)))


def _inside(found: re.Match[str]) -> str:
    """Say of a bracket what belongs to the finding: a number stays with its word, two are set beside each other."""
    kept = [part.strip() for part in found[1].split(";") if part.strip() and not _NOISE.search(part)]
    if not kept:
        return ""
    if len(kept) == 1 and _NUMBER.fullmatch(kept[0]):
        return f" at {kept[0]}"
    said = ", ".join(kept)
    return f", {said}," if re.search(r"\d", said) else "" if count(said) < 3 else f", {said},"


def _power(found: re.Match[str]) -> str:
    before = found.string[found.start() - 1 : found.start()]
    return f" to the power of {found[1].translate(_RAISED)}" if before.isdigit() else found[0]


def _breathing(text: str) -> str:
    """Cut a sentence that is too long for a breath in two, where it has a joint."""
    if count(text) <= LONGEST:
        return text
    cut = halves(text)
    return " ".join(cut) if cut is not None else text
