"""YAML as authors expect it."""

import pytest

from elearning.catalogue.yamlfile import YamlProblem, read_yaml


def test_every_value_is_text_but_true_and_false() -> None:
    text = "a: No\nb: 3.10\nc: 2026-03-01\nd: 1e3\ne: 0o7\nf: Yes\ng: True\nh: true\ni: false\nj: 'true'\nk:\nl: 12:30\nyes: y\n"
    assert read_yaml(text).data == {
        "a": "No", "b": "3.10", "c": "2026-03-01", "d": "1e3", "e": "0o7", "f": "Yes", "g": "True", "h": True, "i": False,
        "j": "true", "k": "", "l": "12:30", "yes": "y",
    }  # fmt: skip


def test_a_name_is_text_even_where_it_says_true() -> None:
    assert read_yaml("true: a\n~: b\n").data == {"true": "a", "~": "b"}


def test_every_part_has_its_line() -> None:
    lines = read_yaml("# a remark\nitems:\n  - id: A\n    text: >-\n      long\n      words\n  - id: B\n").lines
    assert lines[("items", 0, "text")] == 4
    assert lines[("items", 1)] == lines[("items", 1, "id")] == 7


def test_what_is_given_twice_is_told_and_the_rest_still_read() -> None:
    document = read_yaml("a: 1\nb:\n  c: 2\n  c: 3\na: 4\n")
    assert document.problems == [(4, '"c" is given twice'), (5, '"a" is given twice')]


def test_merging_is_no_magic() -> None:
    assert read_yaml("'<<': x\n").data == {"<<": "x"}
    with pytest.raises(YamlProblem, match="text that begins with & or"):
        read_yaml("a: &a {b: c}\nd:\n  <<: *a\n")
