"""QR codes as runs of dark modules, to be drawn at any size."""

import re
from typing import Any

import zxingcpp


def qr_runs(content: str) -> tuple[int, list[tuple[int, int, int]]]:
    """How many modules a side has, and each dark run as (row from the top, first column, length). No quiet zone."""
    symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    count = image.shape[0]
    pixels = bytes(image)  # a byte a module, 0 where it is dark
    return count, [
        (row, run.start(), run.end() - run.start())
        for row in range(count)
        for run in re.finditer(rb"\0+", pixels[row * count : (row + 1) * count])
    ]
