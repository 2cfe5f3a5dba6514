"""The whole record as a file, without anything personal in it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from elearning.completions.rules import moment
from elearning.completions.types import Kept

ROWS_A_PIECE = 500


def record_csv(record: Iterable[Kept]) -> Iterator[bytes]:
    """The file piece by piece. Its digests can be worked out anew from its rows alone (see `rules.link_digest`).

    Nothing in it was typed by anybody: keys, dates, numbers and our own reasons need no quotes and are no formulas, so
    that millions of rows need not be looked at sign by sign.
    """
    yield f"\ufeff{','.join(Kept._fields)}\r\n".encode()
    lines = (
        f"{place},{key},{version},{moment(at)},{on},{expires},{minutes},{details},{digest},"
        f"{moment(withdrawn_at) if withdrawn_at else ''},{why or ''}\r\n"
        for place, key, version, at, on, expires, minutes, details, digest, withdrawn_at, why in record
    )
    while piece := "".join(islice(lines, ROWS_A_PIECE)):
        yield piece.encode()
