from __future__ import annotations

import pytest

from mediamill_media.audio.speech.alignment import owners
from mediamill_media.audio.speech.text import PARAGRAPH_S, SENTENCE_S, halves, sentences
from mediamill_media.audio.speech.timing import Span, written_words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One fox. Two owls! Three?", ["One fox.", "Two owls!", "Three?"]),
        ("Dr. Fox met J. K. Owl, e.g. at noon.", ["Dr. Fox met J. K. Owl, e.g. at noon."]),
        ('"Go!" She ran. (It rained.) Then…', ['"Go!"', "She ran.", "(It rained.)", "Then…"]),
        ('"Go!" said the owl.', ['"Go!" said the owl.']),
        ("Twice! — For all.", ["Twice! — For all."]),
        ("A line\nanother line", ["A line", "another line"]),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, parts: list[str]) -> None:
    assert [" ".join(sentence.words) for sentence in sentences(text)] == parts


def test_a_paragraph_is_followed_by_a_longer_pause() -> None:
    pauses = [sentence.pause_s for sentence in sentences("One. Two.\n\nThree.")]

    assert pauses == [SENTENCE_S, PARAGRAPH_S, PARAGRAPH_S]


def test_a_long_sentence_is_cut_after_the_clause_nearest_to_its_middle() -> None:
    words = ("a", "b,", "c", "d", "e", "f,", "g", "h", "i", "j")

    assert halves(words) == (words[:6], words[6:])


def test_a_long_sentence_without_clauses_is_cut_in_its_middle() -> None:
    words = ("a", "b", "c", "d", "e", "f", "g", "h")

    assert halves(words) == (words[:4], words[4:])


def test_spoken_words_are_given_to_the_written_words_that_they_are_said_for() -> None:
    spoken = ["she", "paid", "nine", "dollars", "now"]
    alone = [["she"], ["paid"], ["nine", "dollars"], ["now"]]

    assert owners(spoken, alone) == [0, 1, 2, 2, 3]


def test_words_that_are_said_otherwise_in_company_are_still_aligned() -> None:
    spoken = ["doctor", "smith", "ran", "five", "kilometers", "home"]
    alone = [["doctor"], ["smith"], ["ran"], ["five"], [], ["home"]]

    assert owners(spoken, alone) == [0, 1, 2, 3, 3, 5]


def test_a_written_word_that_is_not_said_gets_the_instant_after_its_predecessor() -> None:
    spans = written_words(["a", "***", "b"], [Span("a", 0.0, 0.4), Span("b", 0.6, 1.0)], [0, 2])

    assert spans == [Span("a", 0.0, 0.4), Span("***", 0.4, 0.4), Span("b", 0.6, 1.0)]
