"""Makes the four font files of this folder from the DejaVu fonts (see README.md).

Usage: python3 subset.py FOLDER_WITH_DEJAVU_TTF   (needs the packages fonttools and brotli)
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN_GREEK_CYRILLIC = (
    "20-7E A0-24F 2B0-2DD 300-36F 370-3FF 400-45F 490-491 1E00-1EFF 2000-200D 2010-2029 202F-205F "
    "2070-209F 20AC 2116 2122 2190-2193 21D2 2202-221E 2248 2260-2265 25A0-25CF 2713 2717 FFFD"
)
HEBREW_ARABIC = "590-5FF 600-6FF FB1D-FB4F FE70-FEFF"


def code_points(ranges):
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def make(source, target, ranges, flavor):
    options = subset.Options()
    options.hinting = False
    options.flavor = flavor
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "init", "medi", "fina", "isol", "rlig"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["FFTM"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=list(code_points(ranges)))
    subsetter.subset(font)
    # One family of its own, not the condensed face of another: found by one name everywhere.
    font["OS/2"].usWidthClass = 5
    subset.save_font(font, target, options)


here = Path(__file__).parent
for weight in ("", "-Bold"):
    name = f"DejaVuSansCondensed{weight}"
    source = Path(sys.argv[1]) / f"{name}.ttf"
    both = LATIN_GREEK_CYRILLIC + " " + HEBREW_ARABIC
    make(source, here / f"{name}.ttf", both if weight == "" else LATIN_GREEK_CYRILLIC, None)
    make(source, here / f"{name}.woff2", LATIN_GREEK_CYRILLIC, "woff2")
