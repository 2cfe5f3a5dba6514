"""Keeping reports, and the trail of what was taken out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from sqlalchemy import text

from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, serialise
from elearning.core.errors import Refused
from elearning.editions.models import KINDS, KeptEdition
from elearning.editions.queries import find_edition, find_latest_id
from elearning.editions.rules import differences, edition_digest, summary
from elearning.editions.types import Facts
from elearning.figures.pack import canonical, packed
from elearning.figures.types import Report


def keep_edition(
    report: Report,
    *,
    by: int | None,
    partnership: str,
    colour: str,
    modules: Mapping[str, Sequence[int]],
    names: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    after: int | None = None,
) -> int:
    """Keep a report for good; the id of the edition to give out.

    If the kind and period has an edition already, that one is given out again and nothing is kept, unless it is the one
    `after` which another was asked for: asking twice makes one. (Ask `find_latest_id` before making a report that would
    then not be needed.) `report` holds only what may be published.
    `by` is None for whoever works at the command line; `modules` the versions counted by module key; `names` what
    agencies and modules are called now, by keys that outlive a name ("agency 12"). Raises ValueError for a report that
    could not be read back, Refused for one counted in the future, and EditionChanged when the edition before is not
    as it was kept.
    """
    content, now = packed(report), clock.now()
    if report.kind not in KINDS:
        raise ValueError(f"{report.kind!r} is no kind of report that is kept")
    if report.cut_off > now:
        raise Refused("The figures of this report were counted in the future; set the clock of this machine right.")
    with atomic() as session:
        serialise("edition")
        latest = find_latest_id(report.kind, report.period.key)
        if latest is not None and latest != after:
            return latest
        last = find_edition(latest) if latest is not None else None
        names = dict(names or {})
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        facts = Facts(
            kind=report.kind,
            period_key=report.period.key,
            number=last.facts.number + 1 if last else 1,
            title=report.title,
            cut_off=report.cut_off.astimezone(dt.UTC),
            made_at=now,
            made_by=by,
            partnership=partnership,
            colour=colour,
            program=f"elearning {version('elearning')}, database {revision}",
            modules={key: tuple(versions) for key, versions in modules.items()},
            parameters=dict(parameters or {}),
            names=names,
            changed=summary(differences(last.report, report, last.facts.names, names)) if last else "",
        )
        texts = {name: canonical(getattr(facts, name)) for name in ("modules", "parameters", "names")}
        kept = KeptEdition(**(vars(facts) | texts), content=content, digest=edition_digest(facts, content))
        session.add(kept)
        session.flush()
        record_audit(by, "report kept", f"{facts.kind} {facts.period_key} edition {facts.number}")
        return kept.id


def record_edition_export(practitioner_id: int, facts: Facts, form: str) -> None:
    """Someone takes an edition out of the service as a file."""
    with atomic():
        subject = f"{facts.kind} {facts.period_key} edition {facts.number} {form}"
        record_audit(practitioner_id, "report exported", subject)
