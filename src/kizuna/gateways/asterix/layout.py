"""How the records of each category are laid out, and which of their items are read."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kizuna.kernels.asterix import COMPOUND, EXPLICIT, EXTENDED, FIXED, REPETITIVE, SPARE
from kizuna.shapes import BoolN

CATEGORIES: Final = {
    "1": """010:2 020:+1 040:4 070:2 090:2 130:+1 141:2 050:2 120:1 131:1 080:2 100:4 060:2 030:+1 150:1
        - - - - SP:! -""",
    "1 track": """010:2 020:+1 161:2 040:4 042:4 200:4 070:2 090:2 141:2 130:+1 131:1 120:1 170:+1 210:+1
        050:2 080:2 100:4 060:2 030:+1 SP:! - 150:1""",
    "2": "010:2 000:1 020:1 030:3 041:2 050:+1 060:+1 070:*2 100:8 090:2 080:+1 - SP:! -",
    "20": """010:2 020:+1 140:3 041:8 042:6 161:2 170:+1 070:2 202:4 090:2 100:4 220:3 245:7 110:2 105:2
        210:2 300:1 310:1 500:{DOP:6 SDP:6 SDH:2} 400:*1 250:*8 230:2 260:7 030:+1 055:1 050:2 RE:! SP:!""",
    "21": """010:2 040:+1 161:2 015:1 071:3 130:6 131:8 072:3 150:2 151:2 080:3 073:3 074:4 075:3 076:4
        140:2 090:+1 210:1 070:2 230:2 145:2 152:2 200:1 155:2 157:2 160:4 165:2 077:3 170:6 020:1
        220:{WS:2 WD:2 TMP:2 TRB:1} 146:2 148:2 110:{TIS:+1 TID:*15} 016:1 008:1 271:+1 132:1 250:*8 260:7
        400:1 295:{AOS:1 TRD:1 M3A:1 QI:1 TI1:1 MAM:1 GH:1 FL:1 SAL:1 FSA:1 AS:1 TAS:1 MH:1 BVR:1 GVR:1
        GV:1 TAR:1 TI2:1 TS:1 MET:1 ROA:1 ARA:1 SCC:1} - - - - - RE:! SP:!""",
    "34": """010:2 000:1 030:3 020:1 041:2 050:{COM:1 - - PSR:1 SSR:1 MDS:2} 060:{COM:1 - - PSR:1 SSR:1
        MDS:1} 070:*2 100:8 110:1 120:8 090:2 RE:! SP:!""",
    "48": """010:2 140:3 020:+1 040:4 070:2 090:2 130:{SRL:1 SRR:1 SAM:1 PRL:1 PAM:1 RPD:1 APD:1} 220:3
        240:6 250:*8 161:2 042:4 200:4 170:+1 210:4 030:+1 080:2 100:4 110:2 120:{CAL:2 RDS:*6} 230:2 260:7
        055:1 050:2 065:1 060:2 SP:! RE:!""",
    "62": """010:2 - 015:1 070:3 105:8 100:6 185:4 210:2 060:2 245:7 380:{ADR:3 ID:6 MHG:2 IAS:2 TAS:2
        SAL:2 FSS:2 TIS:+1 TID:*15 COM:2 SAB:2 ACS:7 BVR:2 GVR:2 RAN:2 TAR:2 TAN:2 GS:2 VUN:1 MET:8 EMC:1
        POS:6 GAL:2 PUN:1 MB:*8 IAR:2 MAC:2 BPS:2} 040:2 080:+1 290:{TRK:1 PSR:1 SSR:1 MDS:1 ADS:2 ES:1
        VDL:1 UAT:1 LOP:1 MLT:1} 200:1 295:{MFL:1 MD1:1 MD2:1 MDA:1 MD4:1 MD5:1 MHG:1 IAS:1 TAS:1 SAL:1
        FSS:1 TID:1 COM:1 SAB:1 ACS:1 BVR:1 GVR:1 RAN:1 TAR:1 TAN:1 GSP:1 VUN:1 MET:1 EMC:1 POS:1 GAL:1
        PUN:1 MB:1 IAR:1 MAC:1 BPS:1} 136:2 130:2 135:2 220:2 390:{TAG:2 CS:7 IFI:4 FCT:1 TAC:4 WTC:1
        DEP:4 DST:4 RDS:3 CFL:2 CTL:2 TOD:*4 AST:6 STS:1 STD:7 STA:7 PEM:2 PEC:7} 270:+1 300:1 110:{SUM:1
        PMN:4 POS:6 GA:2 EM1:2 TOS:1 XP:1} 120:2 510:+3 500:{APC:4 COV:2 APW:4 AGA:1 ABA:1 ATV:2 AA:2
        ARC:1} 340:{SID:2 POS:4 HEIGHT:2 MDC:2 MDA:2 TYP:1} - - - - - RE:! SP:!""",
}
"""The items of a record in the order of their marks as EUROCONTROL publishes it.

`010:2` is an item of two bytes, `+1` has extents of one byte, `*8` is a count and as many parts of eight
bytes, `!` begins with its own length, `{…}` has parts with marks of their own, `-` must not be there. CAT 021
is that of edition 2.1 and later; 0.2x is another format under the same number.
"""

WANTED: Final = {
    "1": ("010", "020", "040", "070", "090", "141"),
    "1 track": ("010", "020", "040", "070", "090", "141"),
    "2": ("010", "000", "030", "041"),
    "20": ("010", "020", "140", "041", "070", "090", "220", "105"),
    "21": ("010", "040", "071", "073", "077", "130", "131", "080", "140", "145"),
    "34": ("010", "000", "030", "041", "120"),
    "48": ("010", "020", "140", "040", "070", "090", "220", "110"),
    "62": (
        "010", "070", "105", "185", "060", "380/ADR", "040", "080", "130", "135", "136", "220",
        "500/APC", "500/COV", "500/AGA", "500/ATV", "500/ARC",
    ),
}  # fmt: skip
"""The items that are read, by their numbers in `where`; `380/ADR` is a part of an item."""

_PASSED_OVER: Final = (
    *range(3, 12), 15, 16, 17, 18, 19, 23, 24, 25, 30, 31, 32, 63, 65, 128, 129, 150, 204, 205, 238, 239, 240,
    247, 252,
)  # fmt: skip
"""Categories that are none of ours, in use all the same."""

_PART: Final = re.compile(r"(\w+):\{([^}]*)\}|(\w+):([+*!]?)(\d*)|(-)")
_KINDS: Final = {"": FIXED, "+": EXTENDED, "*": REPETITIVE, "!": EXPLICIT}


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The categories as `kizuna.kernels.asterix.find_records` takes them."""

    known: BoolN
    roots: NDArray[np.int32]
    items: NDArray[np.int32]


def layout() -> Layout:
    """The layout of all categories."""
    rows: list[list[int]] = []
    roots = np.full((256, 2), -1, dtype=np.int32)
    for name, text in CATEGORIES.items():
        category, _, variant = name.partition(" ")
        root = len(rows)
        rows.append([COMPOUND, 0, 0, 0, -1])
        rows[root][2:4] = _add(rows, text, WANTED[name], "")
        roots[int(category), 1 if variant else 0] = root
    known = roots[:, 0] >= 0
    known[list(_PASSED_OVER)] = True
    return Layout(known, roots, np.array(rows, dtype=np.int32))


def _add(rows: list[list[int]], text: str, wanted: tuple[str, ...], prefix: str) -> tuple[int, int]:
    """Add the items of a text one after the other, then the parts of compounds; first row and number."""
    found = list(_PART.finditer(text))
    first = len(rows)
    for match in found:
        compound, _, name, mark, size, spare = match.groups()
        key = prefix + (compound or name or "")
        kind = COMPOUND if compound else SPARE if spare else _KINDS[mark]
        rows.append([kind, int(size or 0), 0, 0, wanted.index(key) if key in wanted else -1])
    for place, match in enumerate(found):
        if match[1]:
            rows[first + place][2:4] = _add(rows, match[2], wanted, f"{match[1]}/")
    return first, len(found)
