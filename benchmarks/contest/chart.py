"""The times as bars: a panel for each measure, a bar for each contender, each panel with a scale of its own."""

from __future__ import annotations

from html import escape
from typing import Any

from benchmarks.contest.plan import CONTENDERS, MEASURES
from benchmarks.svg import MARGIN, frame

WIDTH, COLUMNS = 960, 2
PANEL, LABELS, NUMBERS = 455, 132, 92
ROW, HEAD, GAP, TOP, BOTTOM = 20, 30, 22, 64, 34


def draw(results: dict[str, dict[str, dict[str, Any]]], measured: str) -> str:
    """The chart as SVG, for light and for dark pages."""
    panels = [
        (
            title,
            [
                (label, results[measure][name]["milliseconds"], name == "on")
                for name, label in _present(results, measure)
            ],
        )
        for measure, title in MEASURES.items()
    ]
    lags = [(label, results["bulk"][name]["lag_p99"], name == "on") for name, label in _present(results, "bulk")]
    panels.append(("the loop's lag (p99) during the 10,000-row dict reads", lags))

    parts, height = [], TOP
    for first in range(0, len(panels), COLUMNS):
        line = panels[first : first + COLUMNS]
        for column, (title, bars) in enumerate(line):
            parts += _panel(title, bars, MARGIN + column * (PANEL + MARGIN - 10), height)
        height += HEAD + ROW * max(len(bars) for _, bars in line) + GAP
    height += BOTTOM - GAP
    around = [
        f'<text class="small" x="{MARGIN}" y="50">Each panel has a scale of its own.</text>',
        *parts,
        f'<text class="small" x="{MARGIN}" y="{height - 14}">{escape(measured)}</text>',
    ]
    return frame(WIDTH, height, "Milliseconds: shorter is better", around)


def _present(results: dict[str, dict[str, Any]], measure: str) -> list[tuple[str, str]]:
    return [(name, label) for name, label in CONTENDERS.items() if name in results[measure]]


def _panel(title: str, bars: list[tuple[str, float, bool]], x: int, y: int) -> list[str]:
    longest = max(value for _, value, _ in bars)
    room = PANEL - LABELS - NUMBERS
    own = next(value for _, value, is_own in bars if is_own)
    parts = [f'<text class="panel" x="{x}" y="{y + 18}">{escape(title)}</text>']
    for position, (label, value, is_own) in enumerate(bars):
        top = y + HEAD + position * ROW
        length = max(1.5, room * value / longest)
        number = f"{value:.1f}" if value < 10 else f"{value:,.0f}"
        kind = "own" if is_own else "bar"
        if not is_own:
            number += f" ({value / own:.1f}x)"
        parts += [
            f'<text x="{x}" y="{top + 11}">{escape(label)}</text>',
            f'<rect class="{kind}" x="{x + LABELS}" y="{top}" width="{length:.1f}" height="14" rx="2"/>',
            f'<text x="{x + LABELS + length + 6:.1f}" y="{top + 11}">{number}</text>',
        ]
    return parts
