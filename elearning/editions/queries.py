"""Editions as they were kept; one that was changed since is never shown as if it were whole."""

import json
from collections.abc import Iterator

from sqlalchemy import func, select

from elearning.core.db import db
from elearning.core.errors import ElearningError
from elearning.editions.models import KeptEdition
from elearning.editions.rules import edition_digest
from elearning.editions.types import Edition, EditionLine, Facts
from elearning.figures.pack import unpacked


class EditionChanged(ElearningError):
    """What is kept is not what was kept."""


def list_editions() -> list[EditionLine]:
    """Every edition, the annual reports first, then by period and number, newest first."""
    kept = KeptEdition
    columns = (kept.id, kept.kind, kept.period_key, kept.number, kept.title, kept.cut_off, kept.made_at, kept.changed)
    rows = db.session.execute(select(*columns).order_by(kept.kind, kept.period_key.desc(), kept.number.desc()))
    return [EditionLine(*row) for row in rows]


def find_edition(edition_id: int) -> Edition | None:
    """An edition, if there is one. Raises EditionChanged when it is not as it was kept."""
    row = db.session.get(KeptEdition, edition_id)
    return None if row is None else _whole(row)


def find_latest_id(kind: str, period_key: str) -> int | None:
    """Which edition of a kind and period is the newest, without reading it."""
    return db.session.scalar(
        select(KeptEdition.id)
        .where(KeptEdition.kind == kind, KeptEdition.period_key == period_key)
        .order_by(KeptEdition.number.desc())
        .limit(1)
    )


def list_latest_ids() -> dict[str, int]:
    """The newest edition of each period, by the period's key: a year's annual report, a quarter's paper."""
    rows = db.session.execute(select(KeptEdition.period_key, KeptEdition.id).order_by(KeptEdition.number))
    return dict(rows.all())


def find_before(edition: Edition) -> Edition | None:
    """The edition before one of the same kind and period; None for the first. Raises EditionChanged."""
    facts = edition.facts
    row = db.session.scalars(
        select(KeptEdition).where(
            KeptEdition.kind == facts.kind,
            KeptEdition.period_key == facts.period_key,
            KeptEdition.number == facts.number - 1,
        )
    ).one_or_none()
    return None if row is None else _whole(row)


def count_editions() -> int:
    """How many there are."""
    return db.session.scalar(select(func.count()).select_from(KeptEdition)) or 0


def verify_editions() -> Iterator[tuple[str, ...]]:
    """Walk the editions one by one: what is wrong with each, in sentences."""
    keys = db.session.execute(
        select(KeptEdition.id, KeptEdition.kind, KeptEdition.period_key, KeptEdition.number).order_by(
            KeptEdition.kind, KeptEdition.period_key, KeptEdition.number
        )
    ).all()
    before = ("", "", 0)
    for edition_id, kind, period_key, number in keys:
        wrong = []
        if number != (before[2] + 1 if before[:2] == (kind, period_key) else 1):
            wrong.append(f"an edition before number {number} of the {kind} report {period_key} was removed")
        try:
            find_edition(edition_id)
        except EditionChanged:
            wrong.append(f"edition {number} of the {kind} report {period_key} was changed after it was kept")
        db.session.expunge_all()  # one report at a time in memory
        before = (kind, period_key, number)
        yield tuple(wrong)


def _whole(row: KeptEdition) -> Edition:
    try:
        facts = Facts(
            kind=row.kind,
            period_key=row.period_key,
            number=row.number,
            title=row.title,
            cut_off=row.cut_off,
            made_at=row.made_at,
            made_by=row.made_by,
            partnership=row.partnership,
            colour=row.colour,
            program=row.program,
            modules={key: tuple(versions) for key, versions in json.loads(row.modules).items()},
            parameters=json.loads(row.parameters),
            names=json.loads(row.names),
            changed=row.changed,
        )
        if edition_digest(facts, row.content) == row.digest:
            return Edition(row.id, facts, row.digest, unpacked(row.content))
    except (ValueError, AttributeError, TypeError):
        pass  # it is not even readable
    raise EditionChanged(
        f"Edition {row.number} of the {row.kind} report {row.period_key} is not as it was kept, so it is not given out. "
        "Run `elearning verify`, and restore it from a backup."
    )
