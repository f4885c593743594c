"""What was found: a JSON line a measurement as it comes, tables of medians and the targets at the end."""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rig.targets import TARGETS, Medians, Target

OURS = "mediamill"


class Report:
    """Everything that this run has measured."""

    def __init__(self, folder: Path, targets: Sequence[Target] = TARGETS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = folder / "results.jsonl"
        self._text = folder / "report.txt"
        self._targets = targets
        self._lines.write_text("")
        self._found: dict[str, dict[str, list[dict[str, float]]]] = defaultdict(lambda: defaultdict(list))

    def tell(self, bench: str, peer: str, number: int, figures: dict[str, float]) -> None:
        """Note what one system took in one round."""
        rounded = {name: round(value, 3) for name, value in figures.items()}
        line = json.dumps({"bench": bench, "peer": peer, "round": number, **rounded})
        with self._lines.open("a") as file:
            file.write(line + "\n")
        sys.stdout.write(line + "\n")
        self._found[bench][peer].append(rounded)

    def medians(self) -> Medians:
        """Give the median of every figure by bench, system and name."""
        return {
            bench: {peer: _middle(rounds) for peer, rounds in peers.items()} for bench, peers in self._found.items()
        }

    def write(self) -> str:
        """Write the tables, and give them."""
        medians = self.medians()
        blocks = [self._block(bench, medians[bench]) for bench in medians]
        text = "\n\n".join([*blocks, _verdicts(self._targets, medians)]) + "\n"
        self._text.write_text(text)
        return text

    def _block(self, bench: str, peers: dict[str, dict[str, float]]) -> str:
        rounds = max(len(found) for found in self._found[bench].values())
        names = list(dict.fromkeys(name for figures in peers.values() for name in figures))
        head, reference = ["", *names], peers.get("diy", {}).get("cpu_ms")
        if reference:
            head += ["x diy", "cpu_ms from-to"]
        rows = [head]
        for peer, figures in peers.items():
            row = [peer, *(_cell(figures.get(name)) for name in names)]
            if reference:
                all_rounds = [one["cpu_ms"] for one in self._found[bench][peer]]
                row += [f"{figures['cpu_ms'] / reference:.2f}", f"{min(all_rounds):.2f}-{max(all_rounds):.2f}"]
            rows.append(row)
        return f"{bench} (medians of {rounds})\n{_table(rows)}"


def _middle(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for one in rounds for name in one)
    return {name: statistics.median(one[name] for one in rounds if name in one) for name in names}


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.2f}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _verdicts(targets: Sequence[Target], medians: Medians) -> str:
    rows = [["target", "found", "must", "", "ambitious", ""]]
    for target in targets:
        found = target.read(medians)
        rows.append(
            [
                target.name,
                "not measured" if found is None else f"{found:.3g}",
                f"<= {target.must:.3g}",
                _verdict(found, target.must),
                f"<= {target.ambitious:.3g}",
                _verdict(found, target.ambitious),
            ]
        )
    return f"targets\n{_table(rows)}"


def _verdict(found: float | None, bound: float) -> str:
    if found is None:
        return ""
    return "met" if found <= bound else "NOT met"
