"""Reads of published module versions."""

import datetime as dt

from sqlalchemy import select, tuple_

from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.types import TrainingModule
from elearning.core.db import db


def published_digests(keys: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The content digest of each (module key, version) that is published."""
    rows = db.session.execute(
        select(ModuleVersion.module_key, ModuleVersion.version, ModuleVersion.content_digest).where(
            tuple_(ModuleVersion.module_key, ModuleVersion.version).in_(keys)
        )
    )
    return {(key, version): digest for key, version, digest in rows}


def get_published(key: str, version: int) -> TrainingModule:
    """A version as it was published, however old. Raises sqlalchemy.exc.NoResultFound if there is none."""
    content = db.session.execute(
        select(ModuleVersion.content).where(ModuleVersion.module_key == key, ModuleVersion.version == version)
    ).scalar_one()
    return TrainingModule.model_validate_json(content)


def published_at(key: str, version: int) -> dt.datetime:
    """When a version was published. Raises sqlalchemy.exc.NoResultFound if it was not."""
    return db.session.execute(
        select(ModuleVersion.published_at).where(ModuleVersion.module_key == key, ModuleVersion.version == version)
    ).scalar_one()
