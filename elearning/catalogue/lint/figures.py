"""What a module holds, in figures: for those who judge whether a bank is balanced and a page is short enough."""

from collections import Counter
from dataclasses import dataclass

from elearning.catalogue.lint.citing import coverage
from elearning.catalogue.lint.language import page_grade
from elearning.catalogue.lint.passages import Page, section_page, story_pages, team_page
from elearning.catalogue.lint.plan import minutes
from elearning.catalogue.lint.wording import words
from elearning.catalogue.types import ItemType, Level, TrainingModule, Whose


@dataclass(frozen=True)
class Reading:
    """Something to read: how long it is, how long it says it takes, and its Flesch–Kincaid grade."""

    name: str
    words: int
    minutes: int
    grade: float


@dataclass(frozen=True)
class Figures:
    """Of one module. `items` counts the bank by level and type; a point of the review is covered when taught and asked."""

    items: dict[str, dict[str, int]]
    readings: tuple[Reading, ...]
    minutes_stated: int
    minutes_found: int
    points_cited: int
    points: int
    review_points_covered: int
    review_points: int


def count_figures(module: TrainingModule) -> Figures:
    """Count it."""
    counts = Counter((item.level, item.type) for item in module.items)
    readings = [_reading(section.slug, [section_page(section)], section.minutes) for section in module.sections]
    if module.scenario:
        readings.append(_reading("the story, all ways", list(story_pages(module.scenario)), module.scenario.minutes))
    readings.append(_reading("the team sheet", [team_page(module.team_sheet)], module.team_sheet.minutes))
    lines = coverage(module)
    review = [line for line in lines if line.whose is Whose.REVIEW]
    return Figures(
        items={level.value: {kind.value: counts[level, kind] for kind in ItemType} for level in Level},
        readings=tuple(readings),
        minutes_stated=module.minutes,
        minutes_found=round(minutes(module)),
        points_cited=sum(bool(line.taught or line.assessed or line.told) for line in lines),
        points=len(lines),
        review_points_covered=sum(bool(line.taught and line.assessed) for line in review),
        review_points=len(review),
    )


def _reading(name: str, pages: list[Page], minutes_: int) -> Reading:
    passages = tuple(passage for page in pages for passage in page.passages)
    count = sum(len(words(passage.text)) for passage in passages)
    return Reading(name, count, minutes_, round(page_grade(Page(pages[0].part, (), passages)) or 0.0, 1))
