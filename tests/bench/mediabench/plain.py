"""The plain ffmpeg way to do each job: what somebody who knows ffmpeg well writes by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mediabench.inputs import FPS, Scale, ffmpeg, x264

Commands = list[list[str]]

AAC = ("-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2")


def _inputs(folder: Path, *names: str) -> list[str]:
    return [part for name in names for part in ("-i", str(folder / name))]


def _same(folder: Path) -> list[str]:
    return _inputs(folder, *(f"same{number}.mp4" for number in range(5)))


def copied(folder: Path, scale: Scale) -> Commands:
    """J1: the concat demuxer, nothing coded."""
    listed = folder / "list.txt"
    listed.write_text("".join(f"file '{folder}/same{number}.mp4'\n" for number in range(5)))
    return [ffmpeg("-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", "-f", "mp4", "out.mp4")]


def one_size(folder: Path, scale: Scale) -> Commands:
    """J2: one graph that makes five different clips alike, one encode."""
    width, height = scale.size
    fit = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},fps={FPS},setsar=1"
    graph = "".join(f"[{n}:v]{fit},format=yuv420p[v{n}];[{n}:a]aresample=48000[a{n}];" for n in range(5))
    graph += "".join(f"[v{n}][a{n}]" for n in range(5)) + "concat=n=5:v=1:a=1[v][a]"
    sources = _inputs(folder, *(f"diff{number}.mp4" for number in range(5)))
    return [ffmpeg(*sources, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *x264(), *AAC, "out.mp4")]


def _faded(scale: Scale, last: str = "") -> str:
    """Cross-fade five clips."""
    graph = "".join(f"[{n}:v]settb=1/{FPS},fps={FPS}[p{n}];" for n in range(5))
    before = "p0"
    for n in range(1, 5):
        offset = n * (scale.seconds - scale.fade)
        graph += f"[{before}][p{n}]xfade=transition=fade:duration={scale.fade}:offset={offset:.3f}[x{n}];"
        before = f"x{n}"
    return f"{graph}[{before}]{last or 'null'}[v]"


def _crossed(scale: Scale) -> str:
    graph, before = "", "0:a"
    for n in range(1, 5):
        graph += f"[{before}][{n}:a]acrossfade=d={scale.fade}[c{n}];"
        before = f"c{n}"
    return f"{graph}[{before}]anull[a]"


def crossfaded(folder: Path, scale: Scale, *coding: str) -> Commands:
    """J8: one graph with cross-fades, everything coded."""
    graph = f"{_faded(scale)};{_crossed(scale)}"
    return [
        ffmpeg(
            *_same(folder), "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *x264(), *coding, *AAC, "out.mp4"
        )
    ]


def _ducked(scale: Scale, voice: int, music: int) -> str:
    return (
        f"[{voice}:a]asplit[key][said];[{music}:a]volume=-9dB,afade=t=out:st={scale.film_s - 1}:d=1[low];"
        f"[low][key]sidechaincompress=threshold=0.02:ratio=9:attack=80:release=450[duck];"
        f"[said][duck]amix=inputs=2:normalize=0,loudnorm=I=-16:TP=-1.5,aresample=48000[a]"
    )


def _burned(scale: Scale) -> str:
    return f"fade=t=in:d=0.5,fade=t=out:st={scale.film_s - 1}:d=1,ass=captions.ass"


def two_graphs(folder: Path, scale: Scale) -> Commands:
    """J3: picture and sound in commands of their own, joined by copying."""
    picture = ffmpeg(
        *_same(folder), "-filter_complex", _faded(scale, _burned(scale)), "-map", "[v]", *x264(), "-an", "picture.mp4"
    )
    sources = _inputs(folder, "voice.wav", "music.wav")
    sound = ffmpeg(*sources, "-filter_complex", _ducked(scale, 0, 1), "-map", "[a]", *AAC, "sound.m4a")
    joined = ffmpeg("-i", "picture.mp4", "-i", "sound.m4a", "-c", "copy", "-movflags", "+faststart", "out.mp4")
    return [picture, sound, joined]


def one_graph(folder: Path, scale: Scale) -> Commands:
    """J3: everything in one graph."""
    graph = f"{_faded(scale, _burned(scale))};{_ducked(scale, 5, 6)}"
    sources = [*_same(folder), *_inputs(folder, "voice.wav", "music.wav")]
    return [ffmpeg(*sources, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *x264(), *AAC, "out.mp4")]


def moved(folder: Path, scale: Scale) -> Commands:
    """J4: a slow zoom over each still by scaling every frame anew, then joined."""
    width, height = scale.size
    frames = scale.seconds * FPS
    grow = f"1+0.09*n/{frames}"
    chain = (
        f"scale=w='trunc({width}*({grow})/2)*2':h='trunc({height}*({grow})/2)*2':eval=frame:flags=bicubic,"
        f"crop={width}:{height},setsar=1,format=yuv420p"
    )
    graph = "".join(f"[{n}:v]{chain}[v{n}];" for n in range(5))
    graph += "".join(f"[v{n}]" for n in range(5)) + "concat=n=5:v=1:a=0[v]"
    still = [
        part
        for n in range(5)
        for part in (
            "-loop",
            "1",
            "-framerate",
            str(FPS),
            "-t",
            str(scale.seconds),
            "-i",
            str(folder / f"still{n}.jpg"),
        )
    ]
    return [ffmpeg(*still, "-filter_complex", graph, "-map", "[v]", *x264(), "out.mp4")]


def levelled(folder: Path, scale: Scale) -> Commands:
    """J5: mix, duck, and loudnorm in two passes."""
    mixed = _ducked(scale, 0, 1).replace(",loudnorm=I=-16:TP=-1.5,aresample=48000", "")
    sources = _inputs(folder, "voice.wav", "music.wav")
    first = ffmpeg(*sources, "-filter_complex", mixed, "-map", "[a]", "-c:a", "pcm_f32le", "mix.wav")
    measured = "loudnorm=I=-16:TP=-1.5:LRA=11:print_format=json"
    script = (
        f'told=$("$0" -hide_banner -nostdin -i mix.wav -af {measured} -f null - 2>&1); '
        "value() { printf '%s' \"$told\" | sed -n 's/.*\"'$1'\" : \"\\(.*\\)\".*/\\1/p'; }; "
        'exec "$0" -hide_banner -nostdin -y -loglevel error -i mix.wav -af '
        '"loudnorm=I=-16:TP=-1.5:LRA=11:linear=true:measured_I=$(value input_i):measured_TP=$(value input_tp)'
        ':measured_LRA=$(value input_lra):measured_thresh=$(value input_thresh):offset=$(value target_offset)" '
        "-ar 48000 -c:a aac -b:a 160k out.m4a"
    )
    return [first, ["bash", "-c", script, ffmpeg()[0]]]


def probed(folder: Path, scale: Scale) -> Commands:
    """J6: twenty probes, each a process: the bundled ffmpeg comes without ffprobe."""
    return [ffmpeg("-t", "0", *_inputs(folder, f"same{number % 5}.mp4"), "-f", "null", "-") for number in range(20)]


PLAIN: dict[str, dict[str, Callable[[Path, Scale], Commands]]] = {
    "j1": {"copy": copied},
    "j2": {"one graph": one_size},
    "j3": {"two graphs": two_graphs, "one graph": one_graph},
    "j4": {"scale+crop": moved},
    "j5": {"loudnorm 2-pass": levelled},
    "j6 probe": {"ffmpeg": probed},
    "j8": {"one graph": crossfaded},
}
