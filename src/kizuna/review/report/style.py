"""Colours, dashes and marks: safe for the colour-blind, and told apart by shape as well."""

from typing import Any, Final

INK: Final = "#1c2733"
MUTED: Final = "#5b6773"
HAIRLINE: Final = "#d9dee3"
SEA: Final = "#edf2f6"
LAND: Final = "#dfdbd1"
COAST: Final = "#8b939b"

# Okabe and Ito, Color universal design (2008): told apart with any common colour blindness.
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"

VARIANTS: Final = (VERMILLION, BLUE, GREEN, PURPLE, ORANGE, SKY)
"""Colour of each variant; the first is the one compared with."""

VARIANT_DASHES: Final = ("dot", "solid", "dash", "longdash", "dashdot", "longdashdot")
VARIANT_MARKS: Final = ("circle-open", "circle", "square", "diamond", "triangle-up", "cross")

REASONS: Final = ("#b9c2ca", "#56B4E9", "#E69F00", "#CC79A7", "#009E73")
"""Colour of each reason for a miss, in the order of `missed.REASONS`."""

NATION_MARKS: Final = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "star", "x")

TRUTH: Final = (("#8f979e", "solid"), ("#111111", "dash"), ("#6a3d9a", "dot"), ("#7a4a12", "dashdot"))
"""Colour and dash of the truth of each kind of object, the most numerous kind first."""

FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


def variant_colour(number: int) -> str:
    """Colour of the variant with this number; they come round again after six."""
    return VARIANTS[number % len(VARIANTS)]


def faint(colour: str, alpha: float) -> str:
    """`#0072B2` as `rgba(0,114,178,0.10)`."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """A plain axis: hairline grid, no zero line, no dragging."""
    return {
        "gridcolor": HAIRLINE,
        "linecolor": "#aab2ba",
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": MUTED},
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "rgba(0,0,0,0)",
        "title": {"text": title, "font": {"color": MUTED, "size": 12}},
        **more,
    }


def layout(**more: Any) -> dict[str, Any]:
    """What all charts share; the page draws the legends."""
    return {
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 44, "r": 12, "t": 8, "b": 40},
        "showlegend": False,
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "dragmode": False,
        **more,
    }
