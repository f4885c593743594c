"""Numbers are drawn only where the sentence surely says what they are of, and never other than it says them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediamill_media.text.papers.figures import chart_of, is_held, value_of

READ = [
    (
        (
            "After 12 weeks, good sleep was reported by 58% of participants in the walking group and 34% of "
            "participants in the usual routine group (risk ratio, 1.71; 95% CI, 1.38 to 2.11; P<.001)."
        ),
        ("icons", "Good sleep", [("walking group", "58%", 58.0), ("usual routine group", "34%", 34.0)]),
    ),
    (
        (
            "The primary outcome occurred in 48 of 120 patients (40.0%) in the treatment group and in 30 of 118 "
            "patients (25.4%) in the placebo group (hazard ratio, 0.59; 95% CI, 0.38 to 0.91)."
        ),
        ("icons", "Primary outcome", [("treatment group", "40.0%", 40.0), ("placebo group", "25.4%", 25.4)]),
    ),
    (
        "Fewer participants with asthma fell in the A group than in the B group (12% vs 19%; P = .03).",
        ("bars", "Fewer participants with asthma fell", [("A group", "12%", 12.0), ("B group", "19%", 19.0)]),
    ),
    (
        "Adverse events were sore feet (9%), knee pain (6%) and a cold (4%).",
        ("bars", "Adverse events", [("sore feet", "9%", 9.0), ("knee pain", "6%", 6.0), ("cold", "4%", 4.0)]),
    ),
    (
        "In it, the mean time to fall asleep fell from 41 minutes at baseline to 23 minutes at 12 weeks.",
        (
            "change",
            "Mean time to fall asleep",
            [("at baseline", "41 minutes", 41.0), ("at 12 weeks", "23 minutes", 23.0)],
        ),
    ),
    (
        "BMI decreased from 31.2 to 29.8 kg/m2 (P<.001).",
        ("change", "BMI", [("before", "31.2", 31.2), ("after", "29.8 kg/m2", 29.8)]),
    ),
    (
        "Smoking declined from 24% in 2010 to 18% in 2019.",
        ("change", "Smoking", [("2010", "24%", 24.0), ("2019", "18%", 18.0)]),
    ),
    (
        "The mean score was 31.5 (SD 6.2) with the window closed and 36.8 (SD 5.9) with the window open (p = 0.004).",
        ("bars", "Mean score", [("window closed", "31.5", 31.5), ("window open", "36.8", 36.8)]),
    ),
    (
        "Survival was 11·3 months (95% CI 9·8–12·9) in the first group and 8·2 months (6·1–9·9) in the other group.",
        ("bars", "Survival", [("first group", "11·3 months", 11.3), ("other group", "8·2 months", 8.2)]),
    ),
    (
        "Over one winter, absence was 3.1 days per pupil in song schools compared with 4.6 days per pupil in others.",
        ("bars", "Absence", [("song schools", "3.1 days", 3.1), ("others", "4.6 days", 4.6)]),
    ),
    (
        "Headache was reported by 58% of women and 34% of men.",
        ("icons", "Headache", [("of women", "58%", 58.0), ("of men", "34%", 34.0)]),
    ),
    ("Of the participants, 61% were women.", ("icons", "Of the participants", [("were women", "61%", 61.0)])),
    ("Only 2% of travellers saw a doctor.", ("icons", "", [("of travellers saw a doctor", "2%", 2.0)])),
    (
        "Of 240 adults who began the course, 205 could ride a bicycle after 8 lessons.",
        (
            "bars",
            "",
            [("adults who began the course", "240", 240.0), ("could ride a bicycle after 8 lessons", "205", 205.0)],
        ),
    ),
    (
        "A cluster-randomised trial enrolled 1,824 adults aged 70 years or older.",
        ("number", "", [("adults aged 70 years or older", "1,824", 1824.0)]),
    ),
    (
        "The hazard ratio for headache was 0.97 (95% CI, 0.81 to 1.16).",
        ("number", "", [("hazard ratio for headache", "0.97", 0.97)]),
    ),
]
LEFT = [
    "The filters reduced the risk of eye strain by 3% (95% CI, -8% to 13%; P=.58).",
    "Between 12% and 18% of participants stopped early.",
    "Sensitivity was 92% (95% CI, 88-95) and specificity was 81% (95% CI, 77-85).",
    "Use increased from 2010 to 2019.",
    "Ages ranged from 18 to 65 years.",
    "Pain was 3.2 in the first group and 4.1 mm in the second group.",
    "Healing took 9 days with honey compared with 12 weeks with gauze alone.",
    "The mean change was −3.1 in group one and −2.2 in group two.",
    "We enrolled 1 204 people.",
    "On 14 March 2019, we recruited 2019 records.",
    "Costs were $3.2 million in 2019.",
    "A walk of 30 minutes every evening improved sleep over 12 weeks.",
    "Patients were followed for 24 months.",
    "Relapse was seen in 48 (40%) of the patients, and 12 (10%) of them died.",
    "The response rate was 45%.",
    "There are no numbers here.",
    "",
]


@pytest.mark.parametrize(("sentence", "expected"), READ)
def test_a_sentences_numbers_become_the_chart_that_says_the_same(sentence: str, expected: object) -> None:
    chart = chart_of(sentence)

    assert chart is not None
    assert (chart.type, chart.title, [tuple(figure.model_dump().values()) for figure in chart.figures]) == expected


@pytest.mark.parametrize("sentence", LEFT)
def test_what_is_not_surely_understood_is_not_drawn(sentence: str) -> None:
    assert chart_of(sentence) is None


@pytest.mark.parametrize(
    ("shown", "value"),
    [("1,824", 1824), ("3·1 days", 3.1), (".05", 0.05), ("41 minutes", 41), ("−3.1", -3.1), ("58 %", 58)],
)
def test_a_number_is_read_as_papers_write_it(shown: str, value: float) -> None:
    assert value_of(shown) == value


@pytest.mark.parametrize("shown", ["twelve", "", "1,82,4", "%"])
def test_what_is_no_number_has_no_value(shown: str) -> None:
    assert value_of(shown) is None


PIECES = st.sampled_from(
    "58% 34% 3.1 1,824 2019 of in with from to and vs than ( ) , ; fell was group patients a the days per Of".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=60))
def test_whatever_a_sentence_is_its_chart_says_nothing_else(pieces: list[str]) -> None:
    sentence = " ".join(pieces)

    chart = chart_of(sentence)

    assert chart is None or is_held(chart, sentence)
    assert chart is None or all(figure.shown in sentence for figure in chart.figures)


SLOW = (
    *("1% of x in x ", "1 a in a and ", "from 1 to ", "1% of a a a in b b and ", "fell from 1 at a a to 1 at b b "),
    *("(1%) ", "a b (1 vs ", "Of 2 a a a, 1 ", "in with and ", "a" * 300, "1" * 300, "1,", "of the ", "(SD (SD "),
)


@pytest.mark.parametrize("piece", SLOW)
def test_no_sentence_takes_long_to_read(piece: str) -> None:
    began = time.perf_counter()

    chart_of((piece * 900)[:900])
    chart_of(piece * 20_000)

    assert time.perf_counter() - began < 1
