"""Published versions: stored once, whole, and never changed."""

import json

import pytest
from flask import Flask
from sqlalchemy.exc import NoResultFound

from elearning.catalogue import operations
from elearning.catalogue.library import Library
from elearning.catalogue.queries import get_published, published_digests
from elearning.catalogue.rules import content_digest
from elearning.catalogue.types import TrainingModule
from elearning.core.errors import ContentError, DatabaseNotReady
from tests.conftest import MODULE

# Changes only when the sample pack or what counts as content does: then every published version looks changed, too.
GOLDEN = "7398c8a1b08d232531d49c690bece72e1ed54210323579934f10ec2ecec5fbe0"
BEFORE_STORIES = "9f0318cee12a4785e20ea02b4c98f968c08efc0d400d9f575e2cf9fcb2122cad"  # the sample pack without its story


@pytest.fixture
def module(sample_library: Library) -> TrainingModule:
    return sample_library.modules[MODULE]


def changed(module: TrainingModule, **fields: object) -> TrainingModule:
    return TrainingModule.model_validate({**module.model_dump(), **fields})


def test_the_digest_of_the_sample_pack(module: TrainingModule) -> None:
    assert content_digest(module) == GOLDEN


def test_a_module_without_a_story_has_the_digest_it_always_had(module: TrainingModule) -> None:
    assert content_digest(module.model_copy(update={"scenario": None})) == BEFORE_STORIES


def test_a_version_stored_before_there_were_stories_still_reads(module: TrainingModule) -> None:
    stored = module.model_dump(mode="json")
    del stored["scenario"]
    assert TrainingModule.model_validate_json(json.dumps(stored)).scenario is None


def test_the_digest_changes_with_a_key_and_not_with_the_renderer(module: TrainingModule) -> None:
    (first, *others) = module.sections
    rendered = first.model_copy(update={"html": "<p>Rendered otherwise</p>"})
    assert content_digest(module.model_copy(update={"sections": (rendered, *others)})) == GOLDEN

    item = module.items[0]
    right = tuple(option.model_copy(update={"right": not option.right}) for option in item.options)
    other_key = (item.model_copy(update={"options": right}), *module.items[1:])
    assert content_digest(module.model_copy(update={"items": other_key})) != GOLDEN


@pytest.mark.parametrize("where", ["title", "outcome"])
def test_what_a_certificate_could_not_print_is_not_published(app: Flask, module: TrainingModule, where: str) -> None:
    (first, *others) = module.outcomes
    words: dict[str, dict[str, object]] = {
        "title": {"title": "Tell us 说"},
        "outcome": {"outcomes": (first.model_copy(update={"text": "Say 说"}), *others)},
    }
    with pytest.raises(ContentError, match="cannot print: 说"):
        operations.publish_modules([module.model_copy(update={"key": "another", **words[where]})])
    assert published_digests([("another", 1)]) == {}


def test_publishing_again_changes_nothing(app: Flask, module: TrainingModule) -> None:
    assert operations.publish_modules([module]) == []  # the fixture's database was prepared with it
    assert published_digests([(MODULE, 1), (MODULE, 2)]) == {(MODULE, 1): GOLDEN}
    operations.check_published([module])


def test_a_new_version_stands_beside_the_old_one(app: Flask, module: TrainingModule) -> None:
    second = changed(module, version=2, title="Sample module, improved")
    with pytest.raises(
        DatabaseNotReady, match=r"^sample-module version 2 is not published; run `elearning db upgrade`\.$"
    ):
        operations.check_published([second])

    assert operations.publish_modules([second]) == ["sample-module version 2"]
    assert operations.publish_modules([second]) == []
    operations.check_published([second])
    assert get_published(MODULE, 1) == module
    assert get_published(MODULE, 2) == second

    library = Library({MODULE: second})
    assert library.version(MODULE, 2) is second
    assert library.version(MODULE, 1) == module
    assert library.version(MODULE, 1) is library.version(MODULE, 1)


def test_a_changed_word_under_the_same_version_is_refused(app: Flask, module: TrainingModule) -> None:
    second = changed(module, version=2)
    for refuse in (operations.publish_modules, operations.check_published):
        with pytest.raises(ContentError) as error:
            refuse([second, changed(module, summary="A new summary.")])
        assert error.value.problems == [
            "modules/sample-module/module.toml: version 1 is published with other content; "
            "raise `version` and say what changed in `changes`"
        ]
    assert get_published(MODULE, 1) == module
    assert (MODULE, 2) not in published_digests([(MODULE, 2)])  # nothing of a refused set is published


def test_what_was_never_published(app: Flask) -> None:
    assert published_digests([]) == {}
    with pytest.raises(NoResultFound):
        get_published(MODULE, 7)
