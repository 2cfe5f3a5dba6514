"""The content rules see every text that an author can write."""

from collections.abc import Iterator
from typing import Any

from elearning.catalogue.lint.passages import pages, passages, section_page
from tests.catalogue.lint.sound import sound, text

UNSEEN = ("html", "markdown", "blueprint", "id", "key", "type", "source", "checked_on", "whose", "reached", "citations")


def written(value: Any, name: str = "") -> Iterator[str]:
    """Every text in a module's data, but names and numbers and what is made from other texts."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in UNSEEN:
                yield from written(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from written(inner, name)
    elif isinstance(value, str) and " " in value:
        yield from value.strip().split("\n\n")


def test_no_field_is_left_out() -> None:
    seen = " | ".join(passage.text for passage in passages(sound()))
    texts = set(written(sound().model_dump()))
    assert len(texts) > 150
    assert [one for one in texts if one not in seen] == []


def test_a_section_is_seen_block_by_block_with_what_each_cites() -> None:
    page = section_page(text("## One\n\nTwo. {E1.01}\n\n- Three. {-}").sections[1])
    assert [(one.path, one.text, one.kind, one.evidence) for one in page.passages] == [
        ((1,), "One", "heading", ()),
        ((3,), "Two.", "paragraph", ("E1.01",)),
        ((5,), "Three.", "item", ()),
    ]


def test_a_scene_rests_on_its_points_and_a_choice_on_its_own_as_well() -> None:
    door = next(page for page in pages(sound()) if page.path == ("scenes", 0))
    cited = {one.path: one.evidence for one in door.passages}
    assert cited["scenes", 0, "see"] == ("E1.01",)
    assert cited["scenes", 0, "choices", 1, "follows"] == ("E1.01", "E1.01")
