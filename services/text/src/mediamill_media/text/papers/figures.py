"""Reads what a sentence says in numbers, where that can be drawn without guessing.

A chart holds nothing that the sentence does not say: each number is a piece of it, and so is what it is of. Where a
pattern is not surely understood there is no chart; intervals, P values and deviations are never taken for findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mediamill_media.text.papers.contract import Chart, Figure
from mediamill_media.text.papers.labels import label_of, title_of

NUM = r"(?<![\d.,·–−-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?(?![\d.,·]*\d)"
_STATISTICS = re.compile(
    r"\b9[059](?:\.\d+)?\s?%\s*(?:CI|CrI|UI|confidence|credible)[^;)\]]*"
    r"|\b[Pp](?:[- ]values?)?\s*(?:for\s\w+\s)?[<=>≤≥]\s*0?\.\d+"
    r"|\((?:SD|SE|SEM|IQR|range|interquartile)\b[^)]*\)"
    r"|\b(?:SD|SE|SEM|IQR|interquartile range)\b[,:=]?\s*[\d.]+(?:\s?(?:-|–|to)\s?[\d.]+)?"
    r"|±\s?[\d.]+"
    r"|\(\s?[\d.,·]+\s?(?:-|–|to)\s?[\d.,·]+\s?\)"
)
_EMPTIED = re.compile(r"\([\s;,]*\)")
# Every run of words ends at a word of its own, so that a text can be read in one way only, and fast, whatever it is.
_WORD = r"[^\s,;:()\[\]%]+"
_IN = r"(?:in|with|for|among|on|at|by|before|after|without|during)"
_VERSUS = r"(?:and|vs\.?|versus|compared (?:with|to)|but|while|whereas|than)"
_INNER = rf"(?:\s(?!(?:in|among|for|on|by|before|after|during|{_VERSUS})\b){_WORD})"
_NO_UNIT = rf"(?:{_IN}|{_VERSUS}|of|to|from|per|when|points?\sin|who|were|was)"
_AMOUNT = rf"{NUM}(?:\s?%|\s(?:mm\s?Hg|(?!{_NO_UNIT}\b)[^\W\d_]+(?:/[^\W\d_]+2?)?))?"
_PER = rf"(?:\s(?:per|a|an|each)\s{_WORD})?"
_WHO = rf"\sof(?:\s(?!(?:{_IN}|{_VERSUS})\b){_WORD}){{1,6}}"
_GROUP = rf"(?:{_IN}|of){_INNER}{{1,9}}"
_END = r"(?=\s?[,;:()]|$)"
_ITEM = re.compile(rf"(?P<label>[^(),;:]{{2,90}})\((?P<shown>{NUM}\s?%)\)")
_APART = re.compile(
    rf"(?P<one>{_AMOUNT}){_PER}(?P<who>{_WHO})?\s(?P<a>{_GROUP}),?\s{_VERSUS}\s(?:only\s)?"
    rf"(?P<two>{_AMOUNT}){_PER}(?:{_WHO})?\s(?P<b>{_GROUP}){_END}"
)
_COUNTS = rf"(?:{NUM}(?:\sof\s{NUM})?\s)?(?:(?!{_IN}\b){_WORD}\s){{0,3}}"
_SHARES_APART = re.compile(
    rf"{NUM}(?:\sof\s{NUM})?\s(?:(?!{_IN}\b){_WORD}\s){{0,3}}\((?P<one>{NUM}\s?%)\)\s(?P<a>{_GROUP}),?\s{_VERSUS}\s"
    rf"(?:in\s)?{_COUNTS}\((?P<two>{NUM}\s?%)\)\s(?P<b>{_GROUP}){_END}"
)
_TOGETHER = re.compile(
    rf"\b(?P<a>{_IN}{_INNER}{{1,9}})\s(?:than|compared (?:with|to)|versus|vs\.?|and)\s"
    rf"(?P<b>(?:{_IN}\s)?{_WORD}{_INNER}{{0,8}})\s\((?P<one>{NUM}(?:\s?%)?)\s?(?:vs?\.?|versus|and|compared with)\s"
    rf"(?P<two>{NUM}(?:\s?%)?)[;,)]"
)
_MOVED = re.compile(
    r"\b(?:fell|dropped|decreased|declined|rose|increased|improved|grew|shrank|changed|went|reduced|lowered|raised|"
    rf"cut)\s(?:\w+ly\s)?from\s(?P<one>{_AMOUNT}){_PER}(?P<a>\sbefore|\s{_IN}(?:\s(?!to\b){_WORD}){{1,6}})?\sto\s"
    rf"(?P<two>{_AMOUNT}){_PER}(?P<b>\safter|\s{_IN}(?:\s{_WORD}){{1,7}})?(?=\s?[,;:()]|$|\s(?:in|with|and|among|for)\b)"
)
_SAID = rf"(?:(?!{_VERSUS}\b){_WORD})"
_OF_COUNT = re.compile(
    rf"\bOf (?:the |all )?(?P<one>{NUM})\s(?P<a>{_SAID}(?:\s{_SAID}){{0,7}}),\s(?P<two>{NUM})\s(?:\([^()]*\)\s)?"
    rf"(?P<b>{_SAID}(?:\s{_SAID}){{1,9}}){_END}"
)
_SHARE = re.compile(rf"(?P<shown>{NUM}\s?%)\s(?P<label>of(?:\s{_WORD}){{1,14}}){_END}")
_OF_THEM = re.compile(
    rf"\b(?P<title>Of(?:\s{_WORD}){{1,6}}), (?P<shown>{NUM}\s?%)\s"
    rf"(?P<label>(?:were|was|had|said|reported)(?:\s{_WORD}){{1,10}}){_END}"
)
_RATIO = re.compile(
    r"\b(?P<label>(?:hazard|odds|risk|rate|relative risk|incidence rate) ratio"
    rf"(?:\sfor(?:\s(?!was\b|of\b)[^\W\d_]+){{1,5}})?)\s?(?:was|of|,|=|:)\s?(?P<shown>{NUM})"
)
_COUNTED = re.compile(
    r"\b(?:assigned|randomi[sz]ed|enrolled|recruited|included|interviewed|surveyed|studied|followed|total of|tested|"
    rf"measured|trial,|survey,|study,|;)\s(?P<shown>{NUM})"
    rf"(?P<label>(?:\s(?!(?:to|were|was|took|rated|filled|in|from|who|with|could|began|completed|had)\b){_WORD}){{1,7}})"
)
_TIMES = re.compile(r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|times?|points?)\b")
_MONTHS = re.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_BACKWARDS = re.compile(r"\b(?:them|those|these|whom|which)\b")
"""What says that a share is of something else than the one beside it."""
_LEAST_COUNT, _LONGEST = 10, 900
_YEARS = range(1800, 2101)


def chart_of(sentence: str) -> Chart | None:
    """Give the chart of a sentence's numbers, by the first way of reading that surely understands them."""
    if len(sentence) > _LONGEST:
        return None
    text = " ".join(_EMPTIED.sub(" ", _STATISTICS.sub(" ", sentence)).split()).rstrip(".!? ")
    charts = (read(text) for read in _READERS)
    return next((chart for chart in charts if chart is not None and is_held(chart, sentence)), None)


def is_held(chart: Chart, sentence: str) -> bool:
    """Tell whether a sentence says a chart's numbers: the very letters, and the values that they stand for."""
    return all(
        figure.shown in sentence and value_of(figure.shown) == figure.value for figure in chart.figures
    ) and _can_be_drawn(chart)


def value_of(shown: str) -> float | None:
    """Read a number as papers write it: 1,824 · 0.5 · .5 · 41 minutes · 3·1. ``None`` for what is no number."""
    found = re.match(r"\s*([−–-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?|\.\d+)(?![\d,]*\d)", shown)
    if found is None:
        return None
    value = float(found[2].replace(",", "").replace("·", "."))
    return -value if found[1] else value


def _can_be_drawn(chart: Chart) -> bool:
    values = [figure.value for figure in chart.figures]
    if min(values) < 0:
        return False
    match chart.type:
        case "icons":
            return len(values) <= 4 and max(values) <= 100 and all("%" in figure.shown for figure in chart.figures)
        case "change":
            return len(values) == 2
        case "number":
            return len(values) == 1
    return len(values) >= 2 and max(values) > 0


def _list(text: str) -> Chart | None:
    """``sore feet (9%), knee pain (6%) and a cold (4%)``."""
    found = list(_ITEM.finditer(text))
    if len(found) < 2 or any(re.search(r"\d|\bvs\b|\bversus\b", item["label"]) for item in found):
        return None
    title, first = _introduced(found[0]["label"])
    labels = [first, *(label_of(item["label"]) for item in found[1:])]
    return _chart("bars", title, labels, [item["shown"] for item in found])


def _introduced(text: str) -> tuple[str, str]:
    """Part what introduces a list from its first item, at the verb between them."""
    parts = re.split(r"\b(?:were|was|are|is|included?|including|reported|such as|namely)\b", text)
    return (title_of(parts[0]), label_of(parts[-1])) if len(parts) > 1 else ("", label_of(text))


def _apart(text: str) -> Chart | None:
    """``58% of participants in one group and 34% of participants in the other``, ``3.1 days in … and 4.6 in …``."""
    found = _SHARES_APART.search(text) or _APART.search(text)
    return None if found is None else _pair(found, title_of(text[: found.start()]))


def _together(text: str) -> Chart | None:
    """``fewer fell in one group than in the other (18.4% vs 26.9%)``."""
    found = _TOGETHER.search(text)
    return None if found is None else _pair(found, title_of(text[: found.start()]))


def _pair(found: re.Match[str], title: str) -> Chart | None:
    one, two = found["one"].strip(), found["two"].strip()
    if ("%" in one) != ("%" in two) or _differ(one, two) or (found.re is _APART and _unit(one) != _unit(two)):
        return None
    people = found.groupdict().get("who") or found["a"]
    is_share = "%" in one and (people.strip().startswith("of ") or found.re is _SHARES_APART)
    return _chart("icons" if is_share else "bars", title, [label_of(found["a"]), label_of(found["b"])], [one, two])


def _differ(one: str, two: str) -> bool:
    """Tell whether two amounts have units that are not the same, so that their lengths would say nothing."""
    return len({_unit(one), _unit(two)} - {""}) > 1


def _unit(amount: str) -> str:
    return re.sub(r"^[\d.,·\s]+", "", amount).rstrip("s").lower()


def _change(text: str) -> Chart | None:
    """``fell from 41 minutes at baseline to 23 minutes at 12 weeks``."""
    found = _MOVED.search(text)
    if found is None or _differ(found["one"], found["two"]) or ("%" in found["one"]) != ("%" in found["two"]):
        return None
    if all(_is_year(found[name]) for name in ("one", "two")):
        return None
    labels = [label_of(found["a"] or "") or "before", label_of(found["b"] or "") or "after"]
    title = title_of(text[: found.start()])
    return _chart("change", title, labels, [found["one"].strip(), found["two"].strip()])


def _of_count(text: str) -> Chart | None:
    """``Of 240 adults who began, 205 could ride``."""
    found = _OF_COUNT.search(text)
    if found is None:
        return None
    return _chart("bars", "", [label_of(found["a"]), label_of(found["b"])], [found["one"], found["two"]])


def _is_year(amount: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", amount.strip())) and int(amount) in _YEARS


def _share(text: str) -> Chart | None:
    """``72% of pupils still sang it``, ``Of the participants, 61% were women``."""
    found = _OF_THEM.search(text)
    title = found["title"] if found else ""
    found = found or _SHARE.search(text)
    if found is None or re.search(r"\bby\s*$", text[: found.start("shown")]) or len(_shares(text)) > 1:
        return None
    return _chart("icons", title, [label_of(found["label"], keep="of")], [found["shown"]])


def _shares(text: str) -> Sequence[str]:
    return re.findall(rf"{NUM}\s?%", text)


def _ratio(text: str) -> Chart | None:
    """``The hazard ratio for headache was 0.97``."""
    found = _RATIO.search(text)
    return None if found is None or _shares(text) else _chart("number", "", [found["label"]], [found["shown"]])


def _count(text: str) -> Chart | None:
    """``We randomly assigned 412 office workers``."""
    found = next((one for one in _COUNTED.finditer(text) if _is_count(one)), None)
    return None if found is None else _chart("number", "", [label_of(found["label"])], [found["shown"]])


def _is_count(found: re.Match[str]) -> bool:
    value = value_of(found["shown"])
    what = found["label"].strip()
    is_date = bool(_MONTHS.match(what)) or _is_year(found["shown"])
    return value is not None and value >= _LEAST_COUNT and not is_date and not _TIMES.match(what)


def _chart(type: str, title: str, labels: Sequence[str], shown: Sequence[str]) -> Chart | None:
    """Make a chart, if every number is one and all of them are told apart."""
    if any(_BACKWARDS.search(label) for label in labels):
        return None
    figures = list(_figures(labels, shown))
    if len(figures) != len(labels) or len({figure.label.lower() for figure in figures}) != len(figures):
        return None
    return Chart.model_validate({"type": type, "title": title, "figures": figures[:8]})


def _figures(labels: Sequence[str], shown: Sequence[str]) -> Iterator[Figure]:
    for label, amount in zip(labels, shown, strict=True):
        value = value_of(amount)
        if value is not None and 0 < len(label) <= 80 and len(amount) <= 40:
            yield Figure(label=label, shown=amount, value=value)


_READERS: tuple[Callable[[str], Chart | None], ...] = (
    *(_list, _together, _change, _apart, _of_count, _share, _ratio, _count),
)
