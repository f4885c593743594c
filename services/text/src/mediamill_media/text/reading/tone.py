"""Tells what sort of film a brief asks for, and the mood of its music."""

from __future__ import annotations

import re

from mediamill_media.text.contract import Mood, Tone

_TONES: dict[Tone, str] = {
    "story": r"once upon|stor(?:y|ies)|tale|bedtime|fairy|hero(?:ine)?|learns? to|named|called|lived|lives in|children aged|magic\w*|adventure|"
    r"dragon|princess|wizard|pirate|friend|whisper\w*|dream\w*|forest|brave|lonely|shy|moral|lesson|fox|owl|robot|grandmother|laughed|smiled",
    "ad": r"product|brand|buy|launch\w*|order|discount|price|offer|customers?|cta|call to action|shop|sale|campaign|audience|commuters|"
    r"promo\w*|advert\w*|free shipping|subscribe|sign up|download|tagline|slogan|commercial|\$\d+|€\d+|£\d+|ad for|book now|try it|introducing",
    "explainer": r"explain\w*|how|why|what (?:is|are)|stud(?:y|ies)|scientists?|research\w*|percent|%|cells?|because|process|protein|patients|"
    r"abstract|results|conclusions?|methods|background|trial|causes?|means that|works|evidence|step \d|tutorial|brain|energy",
    "recap": r"recap|conference|summit|event|day (?:one|two|three)|attendees|speakers?|keynote|workshops?|participants|thank you|volunteers|"
    r"offsite|retreat|we (?:planned|celebrated|met|gathered)|last (?:week|weekend|month)|took place|see you next year|highlights|ceremony|festival|meetup|hackathon|celebrated",
}
_MOODS: dict[Mood, str] = {
    "adventure": r"adventure|quest|treasure|pirate|storm\w*|brave|race|journey|dragon|mountain|explore\w*|rescue|epic|voyage|knight",
    "mystery": r"myster\w*|secret|clue|detective|strange|haunted|ghost|spooky|shadow|riddle|vanish\w*|eerie|unknown",
    "happy": r"happy|funny|party|birthday|joy\w*|laugh\w*|celebrat\w*|fun|festival|cheerful|playful|upbeat|silly|dance|fresh",
    "calm": r"calm|quiet|gentle|bedtime|night|sleep\w*|shy|soft|warm|peaceful|share|sharing|lonely|snow|moon|slow|tea|grandmother",
    "science": r"scien\w*|research\w*|study|data|brain|cells?|technolog\w*|trial|lab|experiment|engineer\w*|protein|physics",
}
_USUAL: dict[Tone, Mood] = {"story": "calm", "ad": "happy", "explainer": "science", "recap": "happy"}


def tone_of(brief: str, headings: str) -> Tone:
    """Weigh the words of a brief; what stands in headings and in the first line counts three times."""
    first = brief.strip().split("\n", 1)[0][:200]
    weighed = {tone: _hits(words, brief) + 2 * _hits(words, f"{headings} {first}") for tone, words in _TONES.items()}
    best = max(weighed, key=lambda tone: weighed[tone])
    return best if weighed[best] else "story"


def mood_of(brief: str, tone: Tone) -> Mood:
    """Give the mood whose words come up most; explainers stay sober and ads never turn eerie."""
    if tone == "explainer":
        return "science"
    allowed: tuple[Mood, ...] = (
        ("adventure", "mystery", "happy", "calm") if tone == "story" else ("happy", "calm", "adventure")
    )
    weighed = {mood: _hits(_MOODS[mood], brief) + (mood == _USUAL[tone]) for mood in allowed}
    return max(allowed, key=lambda mood: weighed[mood])


def _hits(words: str, text: str) -> int:
    """Count different words rather than repeats, so that one subject does not decide alone."""
    found = re.findall(rf"\b(?:{words})(?![\w])", text.lower())
    return len(set(found)) + min(2, (len(found) - len(set(found))) // 2)
