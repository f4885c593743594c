"""The gallery as one page that needs nothing but the files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mill.gallery.exhibit import Exhibit

STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #e0894f; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 0; }
section { display: grid; gap: 1rem 2rem; grid-template-columns: minmax(0, 3fr) minmax(16rem, 2fr);
  padding: 1.5rem 0; border-top: 1px solid var(--line); }
@media (max-width: 50rem) { section { grid-template-columns: 1fr; } }
video { width: 100%; max-height: 70vh; border-radius: .5rem; background: #000; }
.about { margin: .2rem 0 1rem; opacity: .75; } ol { padding-left: 1.2rem; font-size: .9rem; }
.step { display: grid; grid-template-columns: 8.5rem 1fr 4rem; align-items: center; font-size: .85rem; gap: .5rem; }
.step i { display: block; height: .6rem; background: var(--bar); border-radius: .3rem; min-width: 2px; }
.step b { font-weight: 400; text-align: right; font-variant-numeric: tabular-nums; }
"""


def page(exhibits: Sequence[Exhibit]) -> str:
    """Give the page's HTML; every text of a film is shown as text."""
    parts = "\n".join(_section(exhibit) for exhibit in exhibits)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Films of Mediamill</title><style>{STYLE}</style></head>\n"
        f"<body><h1>Films of Mediamill</h1>\n{parts}\n</body></html>\n"
    )


def _section(exhibit: Exhibit) -> str:
    length = f"{exhibit.duration_s:.1f} s long, " if exhibit.duration_s else ""
    track = f'<track kind="captions" srclang="en" label="English" src="{_at(exhibit.captions)}">'
    poster = f' poster="{_at(exhibit.poster)}"' if exhibit.poster else ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in exhibit.narration)
    return (
        f'<section id="{escape(exhibit.name)}"><div><video controls preload="metadata"{poster} '
        f'src="{_at(exhibit.film)}">{track if exhibit.captions else ""}</video></div>\n'
        f'<div><h2>{escape(exhibit.title)}</h2><p class="about">{escape(exhibit.about)}</p>'
        f"<p>{length}made in {exhibit.took_s:.1f} s; its steps ran for:</p>{_steps(exhibit)}"
        f"<details><summary>What is said</summary><ol>{lines}</ol></details></div></section>"
    )


def _steps(exhibit: Exhibit) -> str:
    longest = max(exhibit.spent_s.values(), default=0.0) or 1.0
    return "".join(
        f'<div class="step"><span>{escape(kind)}</span><i style="width:{seconds / longest:.1%}"></i>'
        f"<b>{seconds:.1f} s</b></div>"
        for kind, seconds in exhibit.spent_s.items()
    )


def _at(path: str | None) -> str:
    return escape(path or "", quote=True)
