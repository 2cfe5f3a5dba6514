"""The whole record as a file, without anything personal in it."""

from collections.abc import Iterable, Iterator

from elearning.completions.rules import moment
from elearning.completions.types import Kept
from elearning.core.spreadsheet import csv_pieces

HEADER = (
    "place module_key module_version completed_at completed_on expires_on cpd_minutes details_digest digest"
    " withdrawn_on withdrawn_because"
).split()


def record_csv(record: Iterable[Kept]) -> Iterator[bytes]:
    """The file piece by piece. Its digests can be worked out anew from its rows alone (see `rules.link_digest`)."""
    rows = (
        (
            link.place,
            link.module_key,
            link.module_version,
            moment(link.completed_at),
            link.completed_on,
            link.expires_on,
            link.cpd_minutes,
            link.details_digest,
            digest,
            withdrawn.on if withdrawn else None,
            withdrawn.reason if withdrawn else None,
        )
        for link, digest, withdrawn in record
    )
    return csv_pieces(HEADER, rows)
