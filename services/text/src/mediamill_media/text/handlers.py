"""The handlers of the ``text`` queue."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.text.contract import Generate, Generated, Script, Scripted
from mediamill_media.text.providers import local


@handler(Generate)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Write from the prompt, or fill the schema with it."""
    return ctx.step("write", local.generate, ask)


@handler(Script)
def script(ctx: Context, ask: Script) -> Scripted:
    """Read the brief and tell it scene by scene."""
    return ctx.step("script", local.script_of, ask)
