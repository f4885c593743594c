"""``make images``: print the commands that build every image, and how large its dependencies are.

Nothing is built here: pipe it into a shell where there is a Docker engine, ``make --silent images | sh``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mill.images.contents import Held, contents, measured
from mill.images.dockerfile import Image, images

STAGES = ("build", "run")
"""What all images stand on: the stages of ``deploy/docker/Dockerfile``."""

MB = 1_000_000
LARGEST = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the commands, each under a comment that tells its image's size."""
    parser = argparse.ArgumentParser(prog="make images", description=__doc__)
    parser.add_argument("--version", default="dev", help="the images' tag (default: dev)")
    parser.add_argument("--revision", default="unknown", help="the commit that they are of, for their label")
    parser.add_argument("--registry", default="", help="what their names begin with, such as registry/folder")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the checkout (default: here)")
    asked = parser.parse_args(arguments)

    for stage in STAGES:
        print_line(f"docker build --file deploy/docker/Dockerfile --target {stage} --tag mediamill-{stage} .")
    for image in images(asked.root):
        print_line(f"# {image.package}: {told(measured(contents(image, asked.root)))}")
        print_line(" ".join(command(image, asked.root, asked)))
    return 0


def command(image: Image, root: Path, asked: argparse.Namespace) -> Iterator[str]:
    """Give the words that build one image, with attestations beside the bill that it holds itself."""
    where = f"{asked.registry}/" if asked.registry else ""
    yield from ("docker build --file", f"{image.folder.relative_to(root)}/Dockerfile")
    yield from (f"--build-arg VERSION={asked.version}", f"--build-arg REVISION={asked.revision}")
    yield from ("--tag", f"{where}{image.package}:{asked.version}", ".")


def told(held: Sequence[Held]) -> str:
    """Say how much of others an image holds, and what most of it is."""
    largest = ", ".join(f"{one.name} {one.bytes / MB:.0f}" for one in held[:LARGEST])
    return f"{len(held)} dependencies, {sum(one.bytes for one in held) / MB:.0f} MB ({largest})"


def print_line(line: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
