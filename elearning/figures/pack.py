"""A report as one line of text and back, loss-free: what is kept of it for good, and sealed.

The text is ASCII whatever was said, and the same report has the same text each time. Every value says what it is, so a
cell that reads "*" and one that is hidden stay two things.
"""

import datetime as dt
import hashlib
import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from elearning.figures.types import (
    Chart,
    Column,
    Form,
    Hidden,
    Kind,
    Measure,
    Part,
    Period,
    Rate,
    Report,
    Series,
    Table,
)

SHAPE = 1  # of the text; another one is read beside it, for what was kept stays
RECORDS = {kind.__name__: kind for kind in (Chart, Column, Measure, Part, Period, Rate, Report, Series, Table)}
WORDS = {kind.__name__: kind for kind in (Form, Hidden, Kind)}


def packed(report: Report) -> str:
    """The report as text. Raises ValueError for a value that could not be read back as it was."""
    return canonical({"shape": SHAPE, "report": _out(report)})


def unpacked(text: str) -> Report:
    """The report that a text was made of. Raises ValueError for a text of another kind."""
    try:
        content = json.loads(text)
        if content["shape"] == SHAPE and isinstance(report := _in(content["report"]), Report):
            return report
    except (KeyError, TypeError, ArithmeticError):
        pass
    raise ValueError("this is no report of a shape that is known")


def canonical(value: object) -> str:
    """Plain values as JSON, the same text for the same values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(text: str) -> str:
    """The seal over a text: its SHA-256, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _out(value: object) -> object:
    kind = type(value)
    if value is None or kind in (str, int):
        return value
    if kind is tuple:
        return [_out(each) for each in value]  # type: ignore[attr-defined]  # it is a tuple
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    if isinstance(value, dt.datetime) and value.tzinfo:
        return {"moment": value.astimezone(dt.UTC).isoformat()}
    if kind is dt.date:
        return {"day": str(value)}
    if isinstance(value, (Form, Hidden, Kind)):
        return {kind.__name__: value.name}
    if is_dataclass(value) and kind.__name__ in RECORDS:
        return {kind.__name__: {each.name: _out(getattr(value, each.name)) for each in fields(value)}}
    raise ValueError(f"{value!r} has no place in a report that is kept")


def _in(content: Any) -> Any:
    if type(content) is list:
        return tuple(each if type(each) is int or type(each) is str else _in(each) for each in content)
    if type(content) is not dict:
        return content
    ((name, inner),) = content.items()
    if name in RECORDS:
        return RECORDS[name](**{key: _in(each) for key, each in inner.items()})
    if name in WORDS:
        return WORDS[name][inner]
    if name == "Decimal":
        return Decimal(inner)
    return dt.date.fromisoformat(inner) if name == "day" else dt.datetime.fromisoformat(inner)
