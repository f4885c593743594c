"""A timeline: the declaration of a film, checked as a whole before any work begins.

Times are seconds, gains are dB. An item plays from ``start_s`` on the film's clock for ``out_s - in_s`` seconds of its
source. A transition leads into its item: it may use up to its own length of overlap with the item before, and holds
that item's last frame for whatever the overlap leaves open. Video and image tracks are layers, the first at the back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from mediamill.contracts import AssetId, Contract, Size

MIN_SIDE, MAX_SIDE = 64, 4096
MAX_ITEMS = 500
MAX_SECONDS = 4 * 3600.0
TIME_SLACK_S = 0.0005
"""Two times that differ by less are the same: callers add and subtract decimals."""

_SHARE_SLACK = 1e-6

TrackType = Literal["video", "image", "audio", "captions", "text"]
TransitionType = Literal["cut", "fade", "dissolve", "wipe", "slide"]
Motion = Literal["auto", "zoom_in", "zoom_out", "pan_left", "pan_right", "rise", "still"]
TextStyle = Literal["title", "lower_third", "caption", "end_card"]
PICTURE_TRACKS: frozenset[TrackType] = frozenset({"video", "image"})
MEDIA_TRACKS: frozenset[TrackType] = frozenset({"video", "image", "audio"})
LENGTH_FROM_SOURCE: frozenset[TrackType] = frozenset({"video", "audio"})


def _even_frame(size: tuple[int, int]) -> tuple[int, int]:
    """Refuse a frame that H.264 in 4:2:0 cannot hold."""
    if any(side % 2 or not MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise ValueError(f"width and height must be even numbers from {MIN_SIDE} to {MAX_SIDE}, not {size}")
    return size


FrameSize = Annotated[Size, AfterValidator(_even_frame)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS)]


class Transition(Contract):
    """How an item takes over from the one before it, or from the background."""

    type: TransitionType = Field(
        "fade", description="cut is instant; fade and dissolve are cross-fades; wipe and slide come from the right."
    )
    seconds: float = Field(0.5, ge=0, le=10, description="Its length; ignored for a cut.")

    @property
    def length_s(self) -> float:
        """Its length on the film's clock: none for a cut."""
        return 0.0 if self.type == "cut" else self.seconds


class Duck(Contract):
    """Lower this item while another track sounds."""

    under: str = Field(description="Name of the track that stays on top, such as 'voice' or 'audio1'.", max_length=80)
    by_db: float = Field(9.0, ge=0, le=40, description="How much lower, in dB.")


class Word(Contract):
    """One spoken word on the film's clock."""

    text: str = Field(min_length=1, max_length=200, description="The word as it is shown.")
    start_s: Seconds = Field(description="When it begins.")
    end_s: Seconds = Field(description="When it ends.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError(f"the word ends at {self.end_s} s, before it starts at {self.start_s} s")
        return self


class Box(Contract):
    """A part of the frame, in shares of its width and height from the upper left corner."""

    x: float = Field(0.0, ge=0, lt=1, description="Its left edge.")
    y: float = Field(0.0, ge=0, lt=1, description="Its upper edge.")
    width: float = Field(1.0, gt=0, le=1, description="Its width.")
    height: float = Field(1.0, gt=0, le=1, description="Its height.")

    @model_validator(mode="after")
    def _lies_inside(self) -> Self:
        if max(self.x + self.width, self.y + self.height) > 1 + _SHARE_SLACK:
            raise ValueError("the box reaches beyond the frame")
        return self


class Item(Contract):
    """One thing on a track: an asset or a text, when it starts, and how it is shown or heard."""

    asset: AssetId | None = Field(None, description="What is shown or heard; on video, image and audio tracks.")
    text: str | None = Field(None, min_length=1, max_length=5000, description="On text and captions tracks.")
    start_s: Seconds = Field(0.0, description="When it starts in the film.")
    in_s: Seconds | None = Field(None, description="Where it starts in its source; its beginning by default.")
    out_s: Seconds | None = Field(None, description="Where it ends in its source; the source's end by default.")
    fit: Literal["cover", "contain"] = Field("cover", description="Fill the frame, or show all of the picture.")
    box: Box | None = Field(None, description="Where in the frame a picture stands; it has all of it by default.")
    opacity: float = Field(1.0, gt=0, le=1, description="How much a picture covers what is behind it.")
    motion: Motion | None = Field(None, description="Camera movement over a still picture; still by default.")
    transition_in: Transition | None = Field(None, description="How it takes over from the item before.")
    gain_db: float = Field(0.0, ge=-60, le=24, description="Gain of its sound; -60 mutes it.")
    fade_in_s: Seconds = Field(0.0, description="Fade in, of sound, picture or text.")
    fade_out_s: Seconds = Field(0.0, description="Fade out, of sound, picture or text.")
    duck: Duck | None = Field(None, description="Lower its sound while another track sounds.")
    loop: bool = Field(default=False, description="Repeat the sound up to out_s, or to the film's end.")
    style: TextStyle | None = Field(
        None, description="Look of a text: title on text tracks, caption on captions tracks."
    )
    words: tuple[Word, ...] = Field((), max_length=20_000, description="Timed words of a caption, on the film's clock.")

    @property
    def from_s(self) -> float:
        """Where it starts in its source."""
        return self.in_s or 0.0

    @property
    def length_s(self) -> float | None:
        """Its length, or ``None`` when only its source can tell."""
        if self.out_s is not None:
            return self.out_s - self.from_s
        return max(word.end_s for word in self.words) - self.start_s if self.words else None

    @property
    def lead_s(self) -> float:
        """Length of the transition that leads into it."""
        return self.transition_in.length_s if self.transition_in else 0.0

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.asset and (self.text or self.words):
            raise ValueError("an item is an asset or a text, not both")
        if not (self.asset or self.text or self.words):
            raise ValueError("an item needs an asset or a text")
        if self.out_s is not None and self.out_s <= self.from_s:
            raise ValueError(f"the item ends at {self.out_s} s of its source, before it starts at {self.from_s} s")
        if self.words and self.out_s is None and (self.length_s or 0) <= 0:
            raise ValueError("the item's words end before it starts")
        if self.length_s is not None and self.fade_in_s + self.fade_out_s > self.length_s + TIME_SLACK_S:
            raise ValueError(f"the fades are longer than the item, which lasts {self.length_s:g} s")
        return self


class Fault(NamedTuple):
    """What is wrong with one item, and where it is."""

    loc: tuple[int | str, ...]
    message: str


class Span(NamedTuple):
    """An item's place on the film's clock; the end is unknown until its source is."""

    number: int
    start_s: float
    end_s: float | None
    lead_s: float


class Track(Contract):
    """Items of one type in one layer."""

    type: TrackType = Field(description="What its items are.")
    name: str | None = Field(None, min_length=1, max_length=80, description="For duck.under; default '<type><index>'.")
    items: tuple[Item, ...] = Field((), max_length=MAX_ITEMS, description="Its items, in any order.")

    @model_validator(mode="after")
    def _items_fit(self) -> Self:
        faults = [*_misplaced_items(self)]
        if not faults and self.type in PICTURE_TRACKS:
            faults = [*overlap_faults(_spans(self))]
        _raise_all("Track", faults)
        return self


class Output(Contract):
    """The file that comes out."""

    format: Literal["mp4", "webm", "gif", "mp3", "wav"] = Field("mp4", description="mp3 and wav hold the sound alone.")
    quality: Literal["draft", "final", "best"] = Field("final", description="draft is fastest, best is slowest.")
    faststart: bool = Field(default=True, description="Let an mp4 play before it is wholly there.")
    captions: Literal["burned", "soft"] = Field(
        "burned",
        description="In the picture; or soft, as a track of an mp4 that players show and hide, which is faster.",
    )


class Timeline(Contract):
    """A film: layers of pictures, sounds, captions and texts, and the file to make of them."""

    size: FrameSize = Field((1280, 720), description="Width and height, even numbers.")
    fps: int = Field(30, ge=1, le=60, description="Frames a second.")
    background: str = Field("#000000", pattern=r"^#[0-9a-fA-F]{6}$", description="Colour where nothing is drawn.")
    tracks: tuple[Track, ...] = Field(max_length=64, description="Layers, the first at the back.")
    seconds: float | None = Field(
        None, gt=0, le=MAX_SECONDS, description="Length of the film; by default it ends with its last picture or text."
    )
    loudness_lufs: float | None = Field(None, ge=-40, le=-5, description="Loudness of the film; -16 by default.")
    output: Output = Field(Output(), description="The file that comes out.")

    @property
    def track_names(self) -> tuple[str, ...]:
        """The tracks' names, given or by default, in order."""
        return tuple(track.name or f"{track.type}{index}" for index, track in enumerate(self.tracks))

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _raise_all("Timeline", [*_size_faults(self), *_name_faults(self.track_names), *_duck_faults(self)])
        return self


class Placed(NamedTuple):
    """An item with its address in the timeline."""

    track: int
    number: int
    item: Item

    @property
    def loc(self) -> str:
        """Its path as errors write it."""
        return f"tracks.{self.track}.items.{self.number}"


def placed_items(timeline: Timeline, *types: TrackType) -> Iterator[Placed]:
    """Give the items on tracks of the given types, or on all, in the order of the timeline."""
    for number, track in enumerate(timeline.tracks):
        if not types or track.type in types:
            yield from (Placed(number, index, item) for index, item in enumerate(track.items))


def assets_of(timeline: Timeline) -> tuple[str, ...]:
    """Give the ids of the assets that the timeline uses, each once, in order of first use."""
    return tuple(dict.fromkeys(item.asset for _, _, item in placed_items(timeline) if item.asset))


def overlap_faults(spans: Iterable[Span]) -> Iterator[Fault]:
    """Tell which items of one picture layer overlap more than their transitions allow, or are too short for them."""
    before: Span | None = None
    for span in sorted(spans, key=lambda each: (each.start_s, each.number)):
        if message := _clash(before, span):
            yield Fault(("items", span.number), message)
        before = span


def _clash(before: Span | None, span: Span) -> str | None:
    """Say what is wrong between two neighbours."""
    if span.end_s is not None and span.lead_s > span.end_s - span.start_s + TIME_SLACK_S:
        return f"the transition of {span.lead_s:g} s is longer than the item itself"
    if before is None:
        return None
    if before.lead_s and span.start_s < before.start_s + before.lead_s - TIME_SLACK_S:
        return "the item starts before the transition into the one before it has ended"
    return _overlap(before, span)


def _overlap(before: Span, span: Span) -> str | None:
    """Say what is wrong with how much two neighbours overlap."""
    if before.end_s is None:
        return "the item starts with the one before it" if span.start_s <= before.start_s else None
    overlap = before.end_s - span.start_s
    if span.lead_s > before.end_s - before.start_s + TIME_SLACK_S and overlap > -TIME_SLACK_S:
        return f"the transition of {span.lead_s:g} s is longer than the item before it"
    if overlap <= span.lead_s + TIME_SLACK_S:
        return None
    if span.lead_s == 0:
        return f"the item overlaps the one before it by {overlap:g} s without a transition"
    return f"the item overlaps the one before it by {overlap:g} s, more than its transition of {span.lead_s:g} s"


def _spans(track: Track) -> Iterator[Span]:
    for index, item in enumerate(track.items):
        length = item.length_s
        yield Span(index, item.start_s, None if length is None else item.start_s + length, item.lead_s)


def _misplaced_items(track: Track) -> Iterator[Fault]:
    for index, item in enumerate(track.items):
        if message := _misplaced(track.type, item):
            yield Fault(("items", index), message)


def _misplaced(type_: TrackType, item: Item) -> str | None:
    """Say why an item cannot stand on a track of this type."""
    if type_ in MEDIA_TRACKS and item.asset is None:
        return f"an item on a track of type {type_} needs an asset"
    if type_ not in MEDIA_TRACKS and item.asset is not None:
        return f"an item on a track of type {type_} needs a text, not an asset"
    if type_ not in PICTURE_TRACKS and (item.box is not None or item.opacity < 1):
        return "only pictures have a box and an opacity"
    if item.words and type_ != "captions":
        return "only captions have words"
    if item.length_s is None and type_ not in LENGTH_FROM_SOURCE:
        return f"an item on a track of type {type_} needs out_s, for nothing else tells when it ends"
    return None


def _size_faults(timeline: Timeline) -> Iterator[Fault]:
    count = sum(len(track.items) for track in timeline.tracks)
    if count == 0:
        yield Fault(("tracks",), "the timeline has no item")
    elif count > MAX_ITEMS:
        yield Fault(("tracks",), f"the timeline has {count} items, more than {MAX_ITEMS}")


def _name_faults(names: tuple[str, ...]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(("tracks", index, "name"), f"another track is named {name!r} already")


def _duck_faults(timeline: Timeline) -> Iterator[Fault]:
    names = timeline.track_names
    for place in placed_items(timeline):
        under = place.item.duck.under if place.item.duck else None
        loc = ("tracks", place.track, "items", place.number, "duck", "under")
        if under is None:
            continue
        if under not in names:
            yield Fault(loc, f"there is no track named {under!r}; there are {', '.join(names)}")
        elif under == names[place.track]:
            yield Fault(loc, "a track cannot be ducked under itself")
        elif timeline.tracks[names.index(under)].type not in LENGTH_FROM_SOURCE:
            yield Fault(loc, f"the track {under!r} makes no sound")


def _raise_all(title: str, faults: list[Fault]) -> None:
    """Raise one validation error that holds every fault at its own path."""
    if faults:
        raise ValidationError.from_exception_data(
            title,
            [
                {"type": "value_error", "loc": loc, "input": None, "ctx": {"error": ValueError(message)}}
                for loc, message in faults
            ],
        )
