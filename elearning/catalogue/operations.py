"""Publishing: a module version is stored whole, once, and never changes."""

from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.queries import published_digests
from elearning.catalogue.rules import canonical, content_digest
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.db import atomic
from elearning.core.errors import ContentError, DatabaseNotReady
from elearning.core.typeface import composed, unprintable


def publish_modules(modules: list[TrainingModule]) -> list[str]:
    """Store every version not yet published; returns them as "key version n".

    Raises ContentError when the content of a published version has changed, or its certificate cannot be printed.
    """
    with atomic() as session:
        new = _unpublished(modules)
        if unprinted := [line for module in new for line in _unprintable(module)]:
            raise ContentError(unprinted)
        for module in new:
            session.add(
                ModuleVersion(
                    module_key=module.key,
                    version=module.version,
                    content=canonical(module),
                    content_digest=content_digest(module),
                    published_at=clock.now(),
                )
            )
    return [f"{module.key} version {module.version}" for module in new]


def check_published(modules: list[TrainingModule]) -> None:
    """Before serving: raises DatabaseNotReady for a version not yet published, ContentError for a changed one."""
    if new := _unpublished(modules):
        raise DatabaseNotReady(f"{new[0].key} version {new[0].version} is not published; run `elearning db upgrade`.")


def _unprintable(module: TrainingModule) -> list[str]:
    """What a certificate of this module would leave out: it prints the title and the outcomes."""
    return [
        f"modules/{module.key}/module.toml: “{text}” has characters that certificates cannot print: {' '.join(missing)}"
        for text in (module.title, *(outcome.text for outcome in module.outcomes))
        if (missing := unprintable(composed(text)))
    ]


def _unpublished(modules: list[TrainingModule]) -> list[TrainingModule]:
    published = published_digests([(module.key, module.version) for module in modules])
    changed = [
        f"modules/{module.key}/module.toml: version {module.version} is published with other content; "
        "raise `version` and say what changed in `changes`"
        for module in modules
        if published.get((module.key, module.version), content_digest(module)) != content_digest(module)
    ]
    if changed:
        raise ContentError(changed)
    return [module for module in modules if (module.key, module.version) not in published]
