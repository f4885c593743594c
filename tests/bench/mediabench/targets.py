"""What we set out to reach: CPU as shares of other peers' CPU for the same job in the same run."""

from __future__ import annotations

from rig.targets import Medians, Target, ratio, value


def _changed(medians: Medians) -> float | None:
    """Read what one changed scene costs over the film made anew."""
    changed, anew = (value(bench, "cpu_s")(medians) for bench in ("j8 changed", "j8"))
    return changed / anew if changed is not None and anew else None


TARGETS = (
    Target("J1 concat of clips alike, x MoviePy", 1 / 40, 1 / 100, ratio("j1", "cpu_s", "moviepy")),
    Target("J1, x copying by the concat demuxer", 4.0, 2.0, ratio("j1", "cpu_s", "copy")),
    Target("J2 concat of different clips, x MoviePy", 1 / 3.5, 1 / 4.5, ratio("j2", "cpu_s", "moviepy")),
    Target("J2, x one graph", 0.65, 0.6, ratio("j2", "cpu_s", "one graph")),
    Target("J3 story with burned captions, x MoviePy", 1 / 2, 1 / 3.5, ratio("j3", "cpu_s", "moviepy")),
    Target("J3, x two graphs", 1.0, 0.9, ratio("j3", "cpu_s", "two graphs")),
    Target("J3 memory, MB", 400, 300, value("j3", "rss_mb")),
    Target("J3 wall, x two graphs", 0.65, 0.55, ratio("j3", "wall_s", "two graphs")),
    Target("J3 with soft captions, x MoviePy", 1 / 5.5, 1 / 8, ratio("j3 soft", "cpu_s", "moviepy", "j3")),
    Target("J3 with soft captions, x one graph", 0.35, 0.3, ratio("j3 soft", "cpu_s", "one graph", "j3")),
    Target("J4 moving stills, x MoviePy", 1 / 4, 1 / 4.5, ratio("j4", "cpu_s", "moviepy")),
    Target("J4, x scale and crop", 1.1, 1.0, ratio("j4", "cpu_s", "scale+crop")),
    Target("J5 mix at -16 LUFS, x loudnorm in two passes", 1.0, 0.5, ratio("j5", "cpu_s", "loudnorm 2-pass")),
    Target("J6 twenty probes, x MoviePy", 1 / 25, 1 / 32, ratio("j6 probe", "cpu_s", "moviepy")),
    Target("J6 contact sheet, x MoviePy", 1 / 10, 1 / 12, ratio("j6 sheet", "cpu_s", "moviepy")),
    Target("J7 three renditions in HLS, x MoviePy", 1 / 3, 1 / 3.4, ratio("j7", "cpu_s", "moviepy")),
    Target("J7, x one command", 1.05, 1.0, ratio("j7", "cpu_s", "one command")),
    Target("J8 cross-fades, x MoviePy", 1 / 7, 1 / 8.5, ratio("j8", "cpu_s", "moviepy")),
    Target("J8, x one graph", 0.27, 0.22, ratio("j8", "cpu_s", "one graph")),
    Target("one scene of five changed, x MoviePy", 1 / 14, 1 / 20, ratio("j8 changed", "cpu_s", "moviepy", "j8")),
    Target("one scene of five changed, x made anew", 0.6, 0.4, _changed),
    Target("nothing changed, CPU s", 1.0, 0.5, value("j8 again", "cpu_s")),
)
