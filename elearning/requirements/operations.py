"""Writes of requirements and headcounts: each added, none edited; a requirement may end."""

from collections.abc import Sequence

from sqlalchemy import insert, update

from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, serialise
from elearning.core.errors import Refused
from elearning.requirements.models import Headcount, Requirement
from elearning.requirements.queries import find_requirement, list_declared, list_requirements
from elearning.requirements.rules import SameGroup, same_group
from elearning.requirements.types import Ask, Declared


def add_requirements(asks: Sequence[Ask], *, by: int | None) -> int:
    """Someone (None at the command line) says who must hold what by when: all of it is recorded, or nothing.

    What is in force already, word for word, is left alone, so that sending twice does what sending once does; how many
    were added. Raises Refused if a group has a requirement of the same module with another day.
    """
    with atomic() as session:
        serialise("requirements")
        in_force: dict[SameGroup, Ask] = {same_group(each): each for each in list_requirements()}
        rows = []
        for ask in asks:
            there = in_force.get(same_group(ask))
            if there is None:
                rows.append(
                    {
                        "agency_id": ask.agency_id,
                        "module_key": ask.module_key,
                        "group_kind": ask.group,
                        "group_name": ask.group_name,
                        "due_on": ask.due_on,
                        "recorded_at": clock.now(),
                        "recorded_by": by,
                    }
                )
            elif there.due_on != ask.due_on:
                raise Refused("This group has to hold this module by another day already. End that requirement first.")
            in_force[same_group(ask)] = ask
        if rows:
            session.execute(insert(Requirement), rows)
            record_audit(by, "requirements added", str(len(rows)))
        return len(rows)


def end_requirement(requirement_id: int, *, agency_id: int | None, by: int | None) -> None:
    """A requirement counts no more from today on: one of the agency, or (None) any. Ended before, it stays as it is.

    Raises Refused if there is none.
    """
    with atomic() as session:
        if find_requirement(requirement_id, agency_id) is None:
            raise Refused("There is no such requirement.")
        ended = session.execute(
            update(Requirement)
            .where(Requirement.id == requirement_id, Requirement.ended_on.is_(None))
            .values(ended_on=clock.today())
            .returning(Requirement.id)
        ).all()
        if ended:
            record_audit(by, "requirement ended", f"requirement {requirement_id}")


def declare_headcounts(declared: Sequence[Declared], *, by: int | None) -> int:
    """Agencies say (None: at the command line) how many staff in scope they have: all of it is recorded, or nothing.

    What was declared last of its day, word for word, is left alone; how many were added.
    """
    with atomic() as session:
        serialise("headcounts")
        there = set(list_declared())
        rows = [
            {
                "agency_id": each.agency_id,
                "job_role": each.job_role,
                "staff": each.staff,
                "counted_on": each.counted_on,
                "recorded_at": clock.now(),
                "recorded_by": by,
            }
            for each in declared
            if each not in there
        ]
        if rows:
            session.execute(insert(Headcount), rows)
            record_audit(by, "headcounts declared", str(len(rows)))
        return len(rows)
