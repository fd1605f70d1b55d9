"""The picture of an order's states, drawn from the table of steps; run it to draw the picture anew."""

from collections import defaultdict

from tests.docs.page import DOCS

from kizuna.command.orders import STEPS

PICTURE = DOCS / "reference" / "order-states.svg"
_AT = {
    "drafted": (0, 0), "proposed": (1, 0), "consented": (2, 0), "issued": (3, 0),
    "acknowledged": (4, 0), "executing": (5, 0), "done": (6, 0),
    "cancelled": (1, 1), "expired": (2, 1), "failed": (4, 1),
}  # fmt: skip
_COLUMN, _ROW, _WIDE, _HIGH, _EDGE = 150, 170, 104, 34, 16
_TOP = 62
_TEXT = 'font-family="sans-serif" font-size="12"'
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#456"/></marker></defs>'
)
_LINE = 'fill="none" stroke="#456" marker-end="url(#tip)"'
_OUTLINE = 'stroke="#fff" stroke-width="3" paint-order="stroke"'


def drawn() -> str:
    """The picture as SVG."""
    ways = defaultdict(list)
    for (state, step), to in STEPS.items():
        if state is not None:
            ways[state, to].append(step)
    width, height = 6 * _COLUMN + _WIDE + 2 * _EDGE, _TOP + _ROW + _HIGH + _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_TEXT}>',
        _TIP,
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for (state, to), steps in ways.items():
        parts += _way(state, to, ", ".join(steps))
    for state, (column, row) in _AT.items():
        x, y = _EDGE + column * _COLUMN, _TOP + row * _ROW
        ends = state in {to for _, to in ways} - {start for start, _ in ways}
        fill = "#dde6ee" if ends else "#fff"
        box = f'width="{_WIDE}" height="{_HIGH}" rx="6" fill="{fill}" stroke="#456"'
        parts.append(f'<rect x="{x}" y="{y}" {box}/>')
        parts.append(f'<text x="{x + _WIDE / 2:g}" y="{y + 21}" text-anchor="middle">{state}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _way(state: str, to: str, steps: str) -> list[str]:
    """An arrow with the names of its steps."""
    (column, row), (to_column, to_row) = _AT[state], _AT[to]
    if row == to_row and to_column > column + 1:
        x, end = _EDGE + column * _COLUMN + _WIDE * 0.8, _EDGE + to_column * _COLUMN + _WIDE * 0.2
        up = _TOP - 36
        return [
            f'<path d="M{x:g} {_TOP}C{x:g} {up} {end:g} {up} {end:g} {_TOP}" {_LINE}/>',
            f'<text x="{(x + end) / 2:g}" y="{up + 4}" text-anchor="middle" fill="#456">{steps}</text>',
        ]
    if row == to_row:
        x, y = _EDGE + column * _COLUMN + _WIDE, _TOP + _HIGH / 2
        end = x + _COLUMN - _WIDE
        return [
            f'<path d="M{x} {y:g}H{end}" {_LINE}/>',
            f'<text x="{(x + end) / 2:g}" y="{_TOP - 8}" text-anchor="middle" fill="#456">{steps}</text>',
        ]
    # Ways down leave and arrive apart from one another, by where they lead and come from.
    x = _EDGE + column * _COLUMN + _WIDE * (0.25 + 0.25 * (to_column % 3))
    end = _EDGE + to_column * _COLUMN + _WIDE * (0.1 + 0.13 * column)
    y, below = _TOP + _HIGH, _TOP + _ROW
    share = (0.4, 0.78, 0.5, 0.25, 0.2, 0.2)[column] if to == "cancelled" else 0.4
    at_x, at_y = x + (end - x) * share, y + (below - y) * share
    return [
        f'<path d="M{x:g} {y}L{end:g} {below}" {_LINE}/>',
        f'<text x="{at_x:g}" y="{at_y:g}" text-anchor="middle" fill="#456" {_OUTLINE}>{steps}</text>',
    ]


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
