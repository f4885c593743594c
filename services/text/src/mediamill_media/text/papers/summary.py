"""An article in its own sentences: chosen, headed, made speakable, with the charts of their numbers."""

from __future__ import annotations

from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill_media.text.papers.choosing import choose
from mediamill_media.text.papers.contract import Section, Summarise, Summary
from mediamill_media.text.papers.figures import chart_of
from mediamill_media.text.papers.parts import HEADINGS, told
from mediamill_media.text.papers.spoken import spoken
from mediamill_media.text.reading.brief import read
from mediamill_media.text.writing.narration import Told as Scene
from mediamill_media.text.writing.picture import Illustrations

LONGEST_SPOKEN = 1200


class Telling:
    """This machine's way to serve ``text.summary``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Summarise) -> Summary:
        """Tell it in its own sentences."""
        return ctx.step("tell", summary_of, ask)


TELLING = Telling()


def summary_of(ask: Summarise) -> Summary:
    """Tell an article in its own sentences. Raises ``Permanent`` where it has none."""
    sentences = told(ask.all_passages)
    if not sentences:
        raise Permanent("There is no sentence in the text.")
    charts = [chart_of(sentence.text) for sentence in sentences]
    chosen = choose(sentences, [chart is not None for chart in charts], ask.sections)
    pictures = Illustrations((), "explainer", " ".join(sentence.text for sentence in sentences))
    sections = []
    for at in chosen:
        sentence, narration = sentences[at], spoken(sentences[at].text)[:LONGEST_SPOKEN]
        sections.append(
            Section(
                part=sentence.part,
                heading=HEADINGS[sentence.part],
                narration=narration,
                source=sentence.text[:4000],
                label=sentence.label,
                chart=charts[at],
                image_prompt=pictures.draw(Scene(narration, narration)).prompt,
            )
        )
    return Summary(title=title_of(ask), sections=tuple(sections), method="extracted")


def title_of(ask: Summarise) -> str:
    """Give the title that the article has, or one of its first words."""
    title = " ".join(ask.title.split()).rstrip(".")
    return title or read(ask.all_passages[0].text[:2000]).title
