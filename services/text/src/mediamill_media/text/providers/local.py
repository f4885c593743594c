"""The local writer: templates and the prompt's own sentences, no model and no key. It says so by ``method``."""

from __future__ import annotations

import json
import random

from mediamill.handlers.context import Context
from mediamill_media.text.contract import Activities, Generate, Generated, Planned, Script, Scripted
from mediamill_media.text.reading.brief import read
from mediamill_media.text.schemas.fill import fill
from mediamill_media.text.writing.activities import plan
from mediamill_media.text.writing.prose import write
from mediamill_media.text.writing.script import script, seed_of


class Writing:
    """This machine's way to serve ``text.generate``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Write from the prompt, or fill the schema with it."""
        return ctx.step("write", generate, ask)


class Scripting:
    """This machine's way to serve ``text.script``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Script) -> Scripted:
        """Read the brief and tell it scene by scene."""
        return ctx.step("script", script_of, ask)


class Planning:
    """This machine's way to serve ``text.activities``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Activities) -> Planned:
        """Find what matters in the materials, and put it into activities that suit."""
        return ctx.step("plan", plan, ask)


WRITING, SCRIPTING, PLANNING = Writing(), Scripting(), Planning()


def generate(ask: Generate) -> Generated:
    """Write prose, or a value that satisfies the schema. Raises ``Permanent`` when it cannot be satisfied."""
    chance = random.Random(ask.seed if ask.seed is not None else seed_of(ask.prompt))
    if ask.json_schema is not None:
        data = fill(ask.json_schema, read(ask.prompt), chance)
        return Generated(text=json.dumps(data, ensure_ascii=False), data=data, method="filled")
    written = write(ask.prompt, ask.max_words, chance)
    return Generated(text=written.text, method=written.method)


def script_of(ask: Script) -> Scripted:
    """Write a script."""
    return script(ask)
