"""What was measured of the chats, as tables, promises, a chart and a page."""

from __future__ import annotations

from benchmarks import page, svg
from benchmarks.load.measures import MEASURES
from benchmarks.page import Promise, disk, machine, promises_table, table

Results = dict[str, dict[str, dict[str, float]]]

COLUMNS = {
    "sends_per_second": "acked sends/s",
    "deliveries_per_second": "deliveries/s",
    "ack_p50_ms": "ack p50, ms",
    "ack_p99_ms": "ack p99, ms",
    "all_heard_p50_ms": "until all have it, p50 ms",
    "kb_per_connection": "KB per connection",
    "lost": "lost",
    "doubled": "doubled",
    "disordered": "out of order",
    "generator_busy": "load generator busy",
}
OWN = {"benchmarks-chat": "posthorn", "benchmarks-databases": "postgres"}
"""By page: how the names begin that its chart is about."""
WIDTH, ROW, PANEL, LABELS = 760, 20, 30, 150


def promises(results: Results) -> list[Promise]:
    """What this server must reach, and what it reached."""

    def ratio(measure: str, key: str, server: str) -> float:
        return results[measure][f"posthorn, {server}"][key] / results[measure][f"idiomatic, {server}"][key]

    own = {measure: {n: r for n, r in by.items() if n.startswith("posthorn")} for measure, by in results.items()}
    kept = []
    for server, least in (("daphne", 2500), ("uvicorn", 5000)):
        sends = results["fifty"][f"posthorn, {server}"]["sends_per_second"]
        times = ratio("fifty", "sends_per_second", server)
        kept += [
            Promise(f"1 socket, 50 in flight, {server}: 10x the acked sends", f"{times:.1f}x", times >= 10),
            Promise(f"1 socket, 50 in flight, {server}: {least:,} acked sends/s", f"{sends:,.0f}/s", sends >= least),
        ]
        times = ratio("all_50", "deliveries_per_second", server)
        kept.append(Promise(f"50 sockets, all sending, {server}: 40x the deliveries", f"{times:.1f}x", times >= 40))
    most = max(result["deliveries_per_second"] for result in own["sockets_1000"].values())
    kept.append(Promise("1,000 sockets, 50 senders: 300,000 deliveries/s", f"{most:,.0f}/s", most >= 300_000))
    late = results["one"]["posthorn, uvicorn"]["ack_p99_ms"]
    kept.append(Promise("1 in flight, uvicorn: ack p99 at most 5 ms", f"{late:.1f} ms", late <= 5))
    memory = results["idle"]["posthorn, daphne"]["kb_per_connection"]
    kept.append(Promise("an idle connection on daphne: at most 30 KB", f"{memory:.1f} KB", memory <= 30))
    wrong = sum(r.get(key, 0) for by in own.values() for r in by.values() for key in ("lost", "doubled", "disordered"))
    kept.append(Promise("lost, doubled or out of order in any run: 0", f"{wrong:.0f}", not wrong))
    return kept


def promises_of_databases(results: Results) -> list[Promise]:
    """What the chat must reach on PostgreSQL, beside what it reaches on SQLite."""
    wanted = (
        ("fifty", "sends_per_second", "1 socket, 50 in flight: {} of SQLite's acked sends", 0.7),
        ("one", "ack_p99_ms", "1 in flight: ack p99 at most {}x SQLite's", 1.5),
        ("all_50", "deliveries_per_second", "50 sockets, all sending: {} of SQLite's deliveries", 0.8),
        ("sockets_1000", "deliveries_per_second", "1,000 sockets: {} of SQLite's deliveries", 0.8),
    )
    kept = []
    for measure, key, text, bound in wanted:
        for server in ("daphne", "uvicorn"):
            ratio = results[measure][f"postgres, {server}"][key] / results[measure][f"sqlite, {server}"][key]
            so = ratio <= bound if key == "ack_p99_ms" else ratio >= bound
            kept.append(Promise(f"{server}: {text.format(bound)}", f"{ratio:.2f}", so))
    every = [result for by in results.values() for result in by.values()]
    wrong = sum(result.get(key, 0) for result in every for key in ("lost", "doubled", "disordered"))
    kept.append(Promise("lost, doubled or out of order in any run: 0", f"{wrong:.0f}", not wrong))
    return kept


def tables(results: Results) -> str:
    """A table for each measure."""
    parts = []
    for measure, (title, _) in MEASURES.items():
        if measure not in results:
            continue
        keys = [key for key in COLUMNS if key in next(iter(results[measure].values()))]
        rows = [[name, *(_number(key, result[key]) for key in keys)] for name, result in results[measure].items()]
        parts.append(f"**{title}**\n\n" + table(["", *(COLUMNS[key] for key in keys)], rows))
    return "\n\n".join(parts)


def _number(key: str, value: float) -> str:
    if key == "generator_busy":
        return f"{100 * value:.0f} %"
    return f"{value:.1f}" if value < 10 and value % 1 else f"{value:,.0f}"


def write(name: str, about: str, rounds: int, results: Results, kept: list[Promise]) -> None:
    """Put the tables into docs/`name`.md, and draw the chart beside it. `about`: on what it was measured besides."""
    begin = f"{machine(disk(), {})}{about}; medians of {rounds} rounds."
    text = f"{begin}\n\n{promises_table(kept)}\n\n{tables(results)}"
    page.write(f"{name}.md", f"{name}.svg", text, draw(results, OWN[name]))


def draw(results: Results, own: str) -> str:
    """Messages per second as bars, for light and for dark pages. What is called `own` stands out."""
    panels = [
        ("acked sends/s, 1 socket, 50 in flight", "fifty", "sends_per_second"),
        ("deliveries/s, 50 sockets, all sending", "all_50", "deliveries_per_second"),
        ("deliveries/s, 200 sockets, 50 senders", "sockets_200", "deliveries_per_second"),
        ("deliveries/s, 1,000 sockets, 50 senders", "sockets_1000", "deliveries_per_second"),
    ]
    parts, y = [], 44
    for title, measure, key in panels:
        values = {name: result[key] for name, result in results[measure].items()}
        parts.append(f'<text class="panel" x="20" y="{y + 16}">{title}</text>')
        y += PANEL - 4
        for name, value in values.items():
            length = max(1.5, (WIDTH - LABELS - 130) * value / max(values.values()))
            kind = "own" if name.startswith(own) else "bar"
            parts += [
                f'<text x="20" y="{y + 11}">{name}</text>',
                f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{length:.1f}" height="14" rx="2"/>',
                f'<text x="{LABELS + length + 6:.1f}" y="{y + 11}">{value:,.0f}</text>',
            ]
            y += ROW
        y += 12
    return svg.frame(WIDTH, y + 6, "Messages per second: longer is better", parts)
