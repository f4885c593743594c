"""Captions and titles as an ASS script, sized for any frame.

Text that a user wrote is escaped here and only here: it can neither open an override block nor break its line.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mediamill.timeline import Item, TextStyle, Timeline, placed_items
from mediamill_av.captions import Line, line_width
from mediamill_av.fonts import HEAVY, STRONG

SPOKEN, UNSPOKEN, INK, SHADE = "&H0066E6FF", "&H00FFFFFF", "&H00281C14", "&H96000000"
_WORD_JOINER = "\u2060"
_NO_WRAP, _EVEN_WRAP = r"\q2", r"\q0"
_FADE_MS = 250
_LETTER = 0.31
"""Mean width of a letter over the font size, which to libass is the height of a whole line."""


class Style(NamedTuple):
    """One line of the styles table, for a frame of this size."""

    name: str
    font: str
    size: float
    colour: str
    border: int
    outline: float
    shadow: float
    alignment: int
    side: float
    bottom: float

    def row(self) -> str:
        """Write it."""
        heavy = -1 if self.font == HEAVY else 0
        return (
            f"Style: {self.name},{self.font},{self.size:.1f},{self.colour},{UNSPOKEN},{INK},{SHADE},{heavy},0,0,0,"
            f"100,100,0,0,{self.border},{self.outline:.2f},{self.shadow:.2f},{self.alignment},"
            f"{self.side:.0f},{self.side:.0f},{self.bottom:.0f},1"
        )


class Event(NamedTuple):
    """One line of the events table."""

    layer: int
    start_cs: int
    end_cs: int
    style: str
    text: str

    def row(self) -> str:
        """Write it."""
        return f"Dialogue: {self.layer},{_time(self.start_cs)},{_time(self.end_cs)},{self.style},,0,0,0,,{self.text}"


class Cue(NamedTuple):
    """The script of a window, on a clock that begins ``lead`` frames before the window does."""

    script: str
    lead: int


class Subtitles(NamedTuple):
    """What is written over a film, and when."""

    size: tuple[int, int]
    events: tuple[Event, ...]

    def draws(self, first: int, end: int, fps: int) -> bool:
        """Tell whether anything is drawn on the frames from ``first`` to ``end`` (not included)."""
        return any(start < end and last > first for start, last in self._spans(fps))

    def gaps(self, first: int, end: int, fps: int) -> Iterator[tuple[int, int]]:
        """Give the stretches of these frames on which nothing is drawn, in order."""
        at = first
        for start, last in sorted(self._spans(fps)):
            if at < min(start, end):
                yield at, min(start, end)
            at = max(at, last)
        if at < end:
            yield at, end

    def cue(self, first: int, end: int, fps: int) -> Cue:
        """Write what is drawn on these frames, with times that tell nothing of where in the film they are.

        Their clock begins where a frame begins on a whole centisecond, the finest that ASS knows.
        """
        shown = [event for event in self.events if any(s < end and e > first for s, e in _frames([event], fps))]
        step = fps // math.gcd(fps, 100)
        begin = min([first, *(start for start, _ in _frames(shown, fps))]) // step * step
        shift = begin * 100 // fps
        events = [event._replace(start_cs=event.start_cs - shift, end_cs=event.end_cs - shift) for event in shown]
        script = "\n".join([_header(self.size), *(event.row() for event in events), ""])
        return Cue(script, first - begin)

    def _spans(self, fps: int) -> list[tuple[int, int]]:
        return list(_frames(self.events, fps))


def _frames(events: Iterable[Event], fps: int) -> Iterator[tuple[int, int]]:
    """Give the first frame that each event may be seen on, and the first after it."""
    return ((event.start_cs * fps // 100, -(-event.end_cs * fps // 100)) for event in events)


def subtitles_of(timeline: Timeline, lines: Sequence[Line]) -> Subtitles:
    """Give what the captions and texts of a timeline write."""
    return Subtitles(timeline.size, (*_texts(timeline), *_captions(lines, timeline.size)))


def escape(text: str) -> str:
    """Make a user's text plain for libass: no override blocks, no escapes, no control characters, one line."""
    shown = "".join(
        char for char in unicodedata.normalize("NFC", text) if char in "\n\t" or unicodedata.category(char) != "Cc"
    )
    shown = shown.replace("\\", "\\" + _WORD_JOINER)
    shown = shown.replace("{", r"\{").replace("}", r"\}")
    return re.sub(r"[ \t]*\n[ \t]*", r"\\N", re.sub("[\u2028\u2029\x85]", "\n", shown).strip()).replace("\t", " ")


def _header(size: tuple[int, int]) -> str:
    styles = "\n".join(style.row() for style in styles_for(size))
    return f"""[Script Info]
ScriptType: v4.00+
PlayResX: {size[0]}
PlayResY: {size[1]}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
{styles}

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"""


def styles_for(size: tuple[int, int]) -> tuple[Style, ...]:
    """Give the styles for a frame: a caption line fills at most nine tenths of it, and stays in the safe area."""
    width, height = size
    em = min(height * 0.085, width * 0.8 / (line_width(size) * _LETTER))
    bottom = height * (0.06 if width > height else 0.08 if width == height else 0.16)
    side = width * 0.06
    title = min(height * 0.15, width * 0.14)
    return (
        Style("caption", STRONG, em, SPOKEN, 1, em * 0.05, em * 0.022, 2, width * 0.04, bottom),
        Style("title", HEAVY, title, UNSPOKEN, 1, title * 0.035, title * 0.022, 5, side, 0),
        Style(
            "lower_third",
            HEAVY,
            min(em, height * 0.06),
            UNSPOKEN,
            1,
            em * 0.055,
            em * 0.035,
            1,
            side,
            bottom + em * 1.6,
        ),
        Style("end_card", HEAVY, title * 0.8, UNSPOKEN, 1, title * 0.03, 0, 5, side, 0),
        Style("shade", STRONG, em, "&H5A000000", 1, 0, 0, 7, 0, 0),
    )


def caption_band(size: tuple[int, int]) -> slice:
    """Give the rows of a frame that captions are written in."""
    style = styles_for(size)[0]
    lowest = size[1] - round(style.bottom)
    return slice(max(0, lowest - round(1.6 * style.size)), lowest)


def _captions(lines: Iterable[Line], size: tuple[int, int]) -> Iterator[Event]:
    """Write each line with its words lighting up as they are spoken."""
    width = line_width(size)
    for line in lines:
        shrink = max(30, min(100, round(100 * width / max(1, len(line.text)))))
        tags = rf"{{{_NO_WRAP}\fad(80,60)\fscx{shrink}\fscy{shrink}}}"
        yield Event(1, line.start_cs, line.end_cs, "caption", tags + _karaoke(line))


def _karaoke(line: Line) -> str:
    starts = [max(line.start_cs, word.start_cs) for word in line.words]
    ends = [*starts[1:], max(starts[-1], min(line.end_cs, line.words[-1].end_cs))]
    spoken = [
        rf"{{\kf{max(0, end - start)}}}{escape(word.text)}"
        for word, start, end in zip(line.words, starts, ends, strict=True)
    ]
    wait = starts[0] - line.start_cs
    return (rf"{{\k{wait}}}" if wait else "") + " ".join(spoken)


def _texts(timeline: Timeline) -> Iterator[Event]:
    for place in placed_items(timeline, "text"):
        item = place.item
        start, end = round(item.start_s * 100), round((item.start_s + (item.length_s or 0.0)) * 100)
        style: TextStyle = item.style or "title"
        fade = rf"\fad({_fade_ms(item.fade_in_s)},{_fade_ms(item.fade_out_s)})"
        if style == "end_card":
            yield Event(0, start, end, "shade", rf"{{{fade}\p1}}{_rectangle(timeline.size)}")
        yield Event(2, start, end, style, rf"{{{_EVEN_WRAP}{fade}}}{_sized(item, style, timeline.size)}")


def _fade_ms(seconds: float) -> int:
    return round(seconds * 1000) or _FADE_MS


def _sized(item: Item, style: TextStyle, size: tuple[int, int]) -> str:
    """Write a text with its first line at full size, smaller when it is long, and the rest below it at half."""
    first, *rest = escape(item.text or "").split(r"\N")
    if style in {"caption", "lower_third"}:
        return r"\N".join([first, *rest])
    scale = min(100, max(35, round(100 * (26 / max(26, len(first))) ** 0.5)))
    small = min(round(scale * 0.72), 55 if size[0] >= size[1] else 60)
    head = rf"{{\fscx{scale}\fscy{scale}}}{first}"
    return r"\N".join([head, *(rf"{{\fscx{small}\fscy{small}}}{line}" for line in rest)])


def _rectangle(size: tuple[int, int]) -> str:
    return f"m 0 0 l {size[0]} 0 l {size[0]} {size[1]} l 0 {size[1]}"


def _time(centiseconds: int) -> str:
    seconds, rest = divmod(centiseconds, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"
