"""The frame of a chart: a title on a ground, for light and for dark pages."""

from __future__ import annotations

MARGIN = 20

STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #24292f; }
    .title { font-size: 17px; font-weight: 600; } .panel { font-size: 13px; font-weight: 600; }
    .small { font-size: 11px; fill: #57606a; }
    .ground { fill: #ffffff; } .bar { fill: #a8b3bf; } .own { fill: #1f6feb; }
    @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; } .small { fill: #9198a1; }
        .ground { fill: #0d1117; } .bar { fill: #57606a; } .own { fill: #58a6ff; }
    }
"""


def frame(width: int, height: int, title: str, parts: list[str]) -> str:
    """An SVG of this size around its parts. Bars are of class `own` or `bar`; texts may be `panel` or `small`."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
            ' aria-labelledby="title">',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
            f'<text class="title" id="title" x="{MARGIN}" y="32">{title}</text>',
            *parts,
            "</svg>",
            "",
        ]
    )
