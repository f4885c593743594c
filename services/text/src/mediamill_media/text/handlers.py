"""The handlers of the ``text`` queue."""

from __future__ import annotations

from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill.handlers.links import links_of
from mediamill_media.text.contract import Activities, Generate, Generated, Planned, Script, Scripted
from mediamill_media.text.papers.contract import Article, FetchArticle, Summarise, Summary
from mediamill_media.text.papers.summary import TELLING
from mediamill_media.text.providers import local

PROVIDERS = "mediamill_media.text.providers"


@handler(Generate)
def generate_here(ctx: Context, ask: Generate) -> Generated:
    """Write as jobs did that began before there were other providers."""
    return local.WRITING.serve(ctx, ask)


@handler(Generate, generation=2)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Have a text or a value written here or by a language model, as the chain says."""
    return ctx.chain(links_of("text.generate", local.WRITING, PROVIDERS), ask)


@handler(Script)
def script_here(ctx: Context, ask: Script) -> Scripted:
    """Write as jobs did that began before there were other providers."""
    return local.SCRIPTING.serve(ctx, ask)


@handler(Script, generation=2)
def script(ctx: Context, ask: Script) -> Scripted:
    """Have the brief told scene by scene, here or by a language model, as the chain says."""
    return ctx.chain(links_of("text.script", local.SCRIPTING, PROVIDERS), ask)


@handler(Activities)
def activities(ctx: Context, ask: Activities) -> Planned:
    """Have activities planned for a team, here or by a language model, as the chain says."""
    return ctx.chain(links_of("text.activities", local.PLANNING, PROVIDERS), ask)


@handler(FetchArticle)
def article(ctx: Context, ask: FetchArticle) -> Article:
    """Have the article fetched. There is no link of our own: only a library has articles."""
    return ctx.chain(links_of("text.article", None, PROVIDERS), ask)


@handler(Summarise)
def summary(ctx: Context, ask: Summarise) -> Summary:
    """Have an article told section by section, here or by a language model, as the chain says."""
    return ctx.chain(links_of("text.summary", TELLING, PROVIDERS), ask)
