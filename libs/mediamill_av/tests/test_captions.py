from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediamill.timeline import Item, Timeline, Word
from mediamill_av.ass import escape, subtitles_of
from mediamill_av.captions import caption_lines, item_words, line_width, lines_of, write_vtt

STORY = (
    "The old lighthouse stood above the sea. Every night, a little robot named Pip climbed its stairs and lit "
    "the lamp, so that no ship was ever lost. One evening the lamp went out!"
)


def spoken(text: str, pace: float = 0.35) -> list[Word]:
    return [
        Word(text=word, start_s=number * pace, end_s=number * pace + 0.9 * pace)
        for number, word in enumerate(text.split())
    ]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=24)
words = st.builds(
    lambda text, start, length: Word(text=text, start_s=start, end_s=start + length),
    texts,
    st.floats(0, 600),
    st.floats(0, 20),
)


@given(st.lists(words, max_size=40), st.sampled_from([20, 26, 32]))
def test_lines_never_overlap_and_hold_every_word_once(said: list[Word], width: int) -> None:
    lines = lines_of(said, width)

    assert all(line.start_cs < line.end_cs for line in lines)
    assert all(before.end_cs < after.start_cs for before, after in pairwise(lines))
    shown = [word.text for line in lines for word in line.words]
    given_words = [" ".join(word.text.split()) for word in sorted(said, key=lambda each: each.start_s)]
    assert shown == [text for text in given_words if text]


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1080), (720, 1280)])
def test_lines_fit_the_frame_and_leave_no_word_alone(size: tuple[int, int]) -> None:
    width = line_width(size)

    lines = lines_of(spoken(STORY), width)

    assert all(len(line.text) <= width for line in lines)
    assert all(len(line.words) > 1 for line in lines)


def test_a_line_shows_from_its_first_word_until_shortly_after_its_last() -> None:
    lines = lines_of([*spoken("Once upon a time"), Word(text="Later", start_s=9, end_s=9.5)], 32)

    assert [line.text for line in lines] == ["Once upon a time", "Later"]
    assert (lines[0].start_cs, lines[1].start_cs) == (0, 900)
    assert 136 <= lines[0].end_cs <= 175


def test_sentences_end_their_lines_where_there_is_room() -> None:
    lines = lines_of(spoken("It was late. The fox went home. All was well."), 32)

    assert all(line.text.endswith(".") for line in lines)


def test_a_text_without_times_is_spread_over_its_item() -> None:
    item = Item(text="one seventeen", start_s=2, out_s=4)

    first, second = item_words(item)

    assert (first.start_s, round(second.end_s, 6)) == (2, 6)
    assert second.end_s - second.start_s > first.end_s - first.start_s


def test_vtt_is_plain_text_with_growing_times() -> None:
    lines = lines_of([Word(text="<b>a-->b&", start_s=3661.5, end_s=3662)], 32)

    vtt = write_vtt(lines)

    assert vtt.startswith("WEBVTT\n\n01:01:01.500 --> 01:01:02.350\n")
    assert "&lt;b&gt;a--&gt;b&amp;" in vtt
    assert vtt.count("-->") == 1


@given(st.text(max_size=60))
def test_escaped_text_opens_no_override_and_breaks_no_line(text: str) -> None:
    escaped = escape(text)

    assert not re.search(r"(?<!\\)[{}]", escaped)
    assert len(escaped.splitlines()) <= 1
    # The only escapes that libass can still read are the ones written here: line breaks and braces.
    broken = re.findall(r"\\(.)", escaped)
    assert set(broken) <= {"N", "{", "}", "\u2060"}
    assert escaped.count(r"\N") <= len(re.findall("[\n\u2028\u2029\x85]", text))


@pytest.mark.parametrize(
    "attack",
    [
        r"{\pos(0,0)\fs200}big",
        "x\nDialogue: 9,0:00:00.00,0:00:09.00,title,,0,0,0,,injected",
        "x\r\n[Script Info]\r\nPlayResX: 10",
        r"C:\New{\p1}m 0 0 l 9 9{\p0}",
        "',drawtext=textfile=/etc/passwd",
    ],
)
def test_a_hostile_title_adds_no_event_and_no_tag(attack: str) -> None:
    timeline = Timeline.model_validate({"tracks": [{"type": "text", "items": [{"text": attack, "out_s": 2}]}]})

    script = subtitles_of(timeline, ()).cue(0, 60, 30).script

    assert script.count("Dialogue:") == 1 + attack.count("Dialogue:")
    assert len([row for row in script.splitlines() if row.startswith("Dialogue:")]) == 1
    assert len([row for row in script.splitlines() if row.startswith("[")]) == 3
    event = next(row for row in script.splitlines() if row.startswith("Dialogue:"))
    tags = re.findall(r"(?<!\\)\{([^}]*)\}", event)
    assert all(re.fullmatch(r"(\\q0\\fad\(250,250\))|(\\fscx\d+\\fscy\d+)", tag) for tag in tags)


def test_karaoke_times_add_up_to_the_line() -> None:
    timeline = Timeline.model_validate(
        {"tracks": [{"type": "captions", "items": [{"words": [word.model_dump() for word in spoken(STORY)]}]}]}
    )
    lines = caption_lines(timeline)

    events = [
        row for row in subtitles_of(timeline, lines).cue(0, 3000, 30).script.splitlines() if row.startswith("Dialogue:")
    ]

    assert len(events) == len(lines)
    for event, line in zip(events, lines, strict=True):
        assert sum(int(found) for found in re.findall(r"\\kf?(\d+)", event)) <= line.end_cs - line.start_cs


def test_a_window_is_told_the_same_of_its_words_wherever_in_the_film_it_is() -> None:
    def cue(shift_s: float) -> tuple[str, int]:
        spoken = [("one", 1.234, 1.5), ("two", 1.777, 2.0), ("three", 3.5, 4)]
        words = [{"text": t, "start_s": s + shift_s, "end_s": e + shift_s} for t, s, e in spoken]
        item = {"words": words, "start_s": 1 + shift_s}
        timeline = Timeline.model_validate({"tracks": [{"type": "captions", "items": [item]}]})
        first = round((1.5 + shift_s) * 30)
        return subtitles_of(timeline, caption_lines(timeline)).cue(first, first + 45, 30)

    here, later = cue(0), cue(60.7)

    assert here == later
    assert here.lead > 0
    assert here.script.count("Dialogue:") == 1
