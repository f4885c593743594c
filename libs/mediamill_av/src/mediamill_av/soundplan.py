"""What is heard when: every sounding item as a cue on a grid of samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mediamill.timeline import PICTURE_TRACKS, TIME_SLACK_S, Item, Placed, Timeline, placed_items
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.sources import Source, Sources, Stretch, stretch_of

MUTED_DB = -60.0
_CLICK = SAMPLE_RATE // 20
"""A sound that the film's end cuts off fades for so long, lest it clicks."""


@dataclass(frozen=True)
class Ducking:
    """Lower a cue by ``by_db`` while the track numbered ``under`` sounds."""

    under: int
    by_db: float


@dataclass(frozen=True)
class Cue:
    """One sound: what it plays of its source, from which sample of the film, and how loud."""

    what: str
    path: Path
    track: int
    from_s: float
    source_samples: int
    """How many samples of the source it plays before it loops or ends."""
    first: int
    samples: int
    gain_db: float
    fade_in: int
    fade_out: int
    ducking: Ducking | None

    @property
    def end(self) -> int:
        """The film sample after its last."""
        return self.first + self.samples


@dataclass(frozen=True)
class SoundPlan:
    """All cues of a film, its length in samples and how loud it must be."""

    cues: tuple[Cue, ...]
    samples: int
    loudness_lufs: float | None


def sound_of(timeline: Timeline, sources: Sources, seconds: float, loudness_lufs: float | None) -> SoundPlan | None:
    """Give the cues of a film that lasts ``seconds``, or ``None`` when nothing in it sounds."""
    total = round(seconds * SAMPLE_RATE)
    cues = tuple(cue for cue in _cues(timeline, sources, total) if cue.samples > 0)
    return SoundPlan(cues, total, loudness_lufs) if cues else None


def _cues(timeline: Timeline, sources: Sources, total: int) -> Iterator[Cue]:
    for place in placed_items(timeline, "video", "image", "audio"):
        source = sources[place.item.asset or ""]
        if source.probe.audio is None or source.length_s is None or place.item.gain_db <= MUTED_DB:
            continue
        cue = _cue(timeline, place, source, total)
        if timeline.tracks[place.track].type in PICTURE_TRACKS:
            cue = _crossfaded(cue, timeline, place, sources)
        yield cue


def _cue(timeline: Timeline, place: Placed, source: Source, total: int) -> Cue:
    item, stretch = place.item, stretch_of(place.item, source)
    first = round(stretch.start_s * SAMPLE_RATE)
    there = round(min(stretch.length_s, (source.length_s or 0.0) - stretch.from_s) * SAMPLE_RATE)
    wanted = _looped(item, stretch, total - first) if item.loop else there
    names = timeline.track_names
    return Cue(
        what=place.loc,
        path=source.path,
        track=place.track,
        from_s=stretch.from_s,
        source_samples=max(1, there),
        first=first,
        samples=min(wanted, total - first),
        gain_db=item.gain_db,
        fade_in=round(item.fade_in_s * SAMPLE_RATE),
        fade_out=max(round(item.fade_out_s * SAMPLE_RATE), _CLICK if wanted > total - first else 0),
        ducking=Ducking(names.index(item.duck.under), item.duck.by_db) if item.duck else None,
    )


def _looped(item: Item, stretch: Stretch, left: int) -> int:
    """Give the length of a repeated sound: as asked for, or to the film's end."""
    return left if item.out_s is None else round(stretch.length_s * SAMPLE_RATE)


def _crossfaded(cue: Cue, timeline: Timeline, place: Placed, sources: Sources) -> Cue:
    """Let a clip's own sound come and go with the transitions at its ends."""
    item, end_s = place.item, stretch_of(place.item, sources[place.item.asset or ""]).end_s
    others = (other for other in timeline.tracks[place.track].items if other is not item)
    overlap = max((end_s - other.start_s for other in others if item.start_s < other.start_s < end_s), default=0.0)
    lead = item.lead_s if item.lead_s > TIME_SLACK_S else 0.0
    return replace(
        cue,
        fade_in=max(cue.fade_in, round(lead * SAMPLE_RATE)),
        fade_out=max(cue.fade_out, round(overlap * SAMPLE_RATE)),
    )
