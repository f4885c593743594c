"""The font of captions and titles; it comes with the package, so no machine's own fonts decide how a film looks."""

from __future__ import annotations

import shutil
from pathlib import Path

import fontpkg_poppins

HEAVY = "Poppins"
"""The family's bold; libass finds it by ``Bold=-1``."""
STRONG = "Poppins SemiBold"
_FILES = ("Poppins-Bold.ttf", "Poppins-SemiBold.ttf")


def font_file() -> Path:
    """Give the path of the bold font, for whoever draws text otherwise than by libass."""
    return Path(fontpkg_poppins.ROOT) / "files" / _FILES[0]


def put_fonts(folder: Path) -> Path:
    """Copy the fonts into ``folder/fonts``: libass opens every file that it finds, so it is given two and not all."""
    target = folder / "fonts"
    target.mkdir(exist_ok=True)
    for name in _FILES:
        if not (target / name).exists():
            shutil.copyfile(Path(fontpkg_poppins.ROOT) / "files" / name, target / name)
    return target
