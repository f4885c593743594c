"""The same jobs by MoviePy, as its documentation does them; run by the interpreter that has MoviePy, and only it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from moviepy import (
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoClip,
    VideoFileClip,
    afx,
    concatenate_videoclips,
    vfx,
)

FPS = 30


class Studio:
    """One job: what it reads, and how large and long it is."""

    def __init__(self, folder: Path, told: dict) -> None:
        self.folder, self.told = folder, told
        self.size, self.seconds = tuple(told["size"]), told["seconds"]
        self.fade, self.film_s = told["fade"], told["film_s"]

    def path(self, name: str) -> str:
        """Give the path of an input."""
        return str(self.folder / name)

    def write(self, clip: VideoClip, name: str = "out.mp4", size: tuple[int, int] | None = None) -> None:
        """Write a film with the coding that all peers have."""
        arguments = [*self.told["x264"]] if size is None else [*self.told["x264"], "-s", f"{size[0]}x{size[1]}"]
        clip.write_videofile(
            name,
            fps=FPS,
            codec="libx264",
            preset=self.told["preset"],
            threads=2,
            ffmpeg_params=arguments,
            audio_codec="aac",
            audio_bitrate="160k",
            logger=None,
        )

    def faded(self) -> CompositeVideoClip:
        """Cross-fade the five clips."""
        clips = []
        for number in range(5):
            clip = VideoFileClip(self.path(f"same{number}.mp4")).with_start(number * (self.seconds - self.fade))
            if number:
                clip = clip.with_effects([vfx.CrossFadeIn(self.fade), afx.AudioFadeIn(self.fade)])
            clips.append(clip)
        return CompositeVideoClip(clips, size=self.size).with_duration(self.film_s)

    def sound(self) -> CompositeAudioClip:
        """Mix voice and music, the music lower throughout: MoviePy does not duck."""
        voice, music = AudioFileClip(self.path("voice.wav")), AudioFileClip(self.path("music.wav"))
        return CompositeAudioClip([voice, music.with_effects([afx.MultiplyVolume(0.2), afx.AudioFadeOut(1)])])


def j1(studio: Studio) -> None:
    studio.write(concatenate_videoclips([VideoFileClip(studio.path(f"same{n}.mp4")) for n in range(5)]))


def j2(studio: Studio) -> None:
    width, height = studio.size
    clips = []
    for number in range(5):
        clip = VideoFileClip(studio.path(f"diff{number}.mp4"))
        clip = clip.resized(max(width / clip.w, height / clip.h))
        clips.append(clip.cropped(x_center=clip.w / 2, y_center=clip.h / 2, width=width, height=height))
    studio.write(concatenate_videoclips(clips))


def j3(studio: Studio) -> None:
    film = studio.faded().with_effects([vfx.FadeIn(0.5), vfx.FadeOut(1)])
    texts = [
        TextClip(
            font=studio.told["font"],
            text=text,
            font_size=studio.size[1] // 16,
            color="white",
            stroke_width=2,
            stroke_color="black",
        )
        .with_start(start)
        .with_end(end)
        .with_position(("center", 0.85), relative=True)
        for text, start, end in studio.told["captions"]
    ]
    film = CompositeVideoClip([film, *texts], size=studio.size).with_duration(studio.film_s)
    studio.write(film.with_audio(studio.sound().with_effects([afx.AudioNormalize()]).with_duration(studio.film_s)))


def j4(studio: Studio) -> None:
    width, height = studio.size
    clips = []
    for number in range(5):
        still = ImageClip(studio.path(f"still{number}.jpg"), duration=studio.seconds).resized(studio.size)
        moving = still.resized(lambda t: 1 + 0.09 * t / studio.seconds).with_position("center")
        clips.append(CompositeVideoClip([moving], size=(width, height)).with_duration(studio.seconds))
    studio.write(concatenate_videoclips(clips))


def j5(studio: Studio) -> None:
    studio.sound().with_effects([afx.AudioNormalize()]).write_audiofile(
        "out.m4a", fps=48000, codec="aac", bitrate="160k", logger=None
    )


def j6_probe(studio: Studio) -> None:
    for number in range(20):
        VideoFileClip(studio.path(f"same{number % 5}.mp4")).close()


def j8(studio: Studio) -> None:
    studio.write(studio.faded())


JOBS = {"j1": j1, "j2": j2, "j3": j3, "j4": j4, "j5": j5, "j6 probe": j6_probe, "j8": j8}

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    JOBS[sys.argv[1]](Studio(folder, json.loads((folder / "told.json").read_text())))
