"""Rules about the code that no linter knows. Each is shown a piece of code that breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elearning.settings import ROOT

PACKAGE = ROOT / "elearning"
CODE = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))

Rule = Callable[[Path, ast.Module], Iterator[str]]


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last name of what is called, and the dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def _writes(file: Path) -> bool:
    return file.name == "operations.py" or file.parts[0] in ("core", "demo")


def only_operations_write(file: Path, tree: ast.Module) -> Iterator[str]:
    """`atomic()`, INSERT, UPDATE, DELETE and the session's own writes stand in operations.py, core and the demo's seeding."""
    if _writes(file):
        return
    for call, name in _calls(tree):
        method = name.rpartition(".")[2]
        on_session = re.search(r"(^|\.)session\.", name)
        if name in ("atomic", "db.atomic", "keep", "db.keep") or (
            on_session and method in ("add", "add_all", "delete", "merge", "flush", "commit", "bulk_save_objects")
        ):
            yield f"{file}:{call.lineno}: {name}() outside operations"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            for alias in node.names:
                if alias.name in ("insert", "update", "delete"):
                    yield f"{file}:{node.lineno}: {alias.name} outside operations"


def operations_are_whole(file: Path, tree: ast.Module) -> Iterator[str]:
    """A public operation opens `atomic()` itself, or says that its caller has."""
    if file.name != "operations.py":
        return
    for function in _public_functions(tree):
        opens = any(name == "atomic" for _, name in _calls(ast.Module([function], [])))
        if not opens and "ithin `atomic()`" not in (ast.get_docstring(function) or "") and _touches(function):
            yield f"{file}:{function.lineno}: {function.name} writes without atomic()"


def _touches(function: ast.FunctionDef) -> bool:
    return any(
        re.search(r"session\.(add|execute|delete)|(^|\.)keep$", name) for _, name in _calls(ast.Module([function], []))
    )


def only_the_clock_knows_the_time(file: Path, tree: ast.Module) -> Iterator[str]:
    if file == Path("core/clock.py"):
        return
    for call, name in _calls(tree):
        if re.search(r"(^|\.)(datetime|date)\.(now|today|utcnow)$", name) or name in ("time.time", "time.localtime"):
            yield f"{file}:{call.lineno}: {name}() beside core/clock.py"


def only_the_engine_begins_transactions(file: Path, tree: ast.Module) -> Iterator[str]:
    if file == Path("core/db.py"):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if re.match(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|PRAGMA)\b", node.value):
            yield f"{file}:{node.lineno}: {node.value.split()[0]} beside core/db.py"


def marks_are_whole_numbers(file: Path, tree: ast.Module) -> Iterator[str]:
    if file.name != "rules.py" or file.parts[0] not in ("assessment", "completions", "training"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{file}:{node.lineno}: {node.value} is a float"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield f"{file}:{node.lineno}: / makes a float"
        if isinstance(node, ast.Name) and node.id in ("float", "round"):
            yield f"{file}:{node.lineno}: {node.id} in rules of marks"


def public_functions_say_what_they_do(file: Path, tree: ast.Module) -> Iterator[str]:
    if file.name not in ("operations.py", "queries.py", "rules.py"):
        return
    for function in _public_functions(tree):
        if not ast.get_docstring(function):
            yield f"{file}:{function.lineno}: {function.name} has no docstring"


def modules_say_what_they_are(file: Path, tree: ast.Module) -> Iterator[str]:
    if file.name != "__init__.py" and not ast.get_docstring(tree):
        yield f"{file}: no docstring"


def _public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


# Each rule, a file it might be broken in, and code that breaks it.
BROKEN: dict[Rule, list[tuple[str, str]]] = {
    only_operations_write: [
        ("people/views.py", "with atomic() as session: pass"),
        ("people/queries.py", "db.session.add(row)"),
        ("people/queries.py", "session.commit()"),
        ("people/queries.py", "keep(_NAME, {'full_name': name})"),
        ("reports/queries.py", "from sqlalchemy import select, update"),
    ],
    operations_are_whole: [
        ("people/operations.py", "def rename(key):\n    db.session.execute(update(Person))"),
        ("people/operations.py", "def rename(key):\n    keep(_NAME, {'id': key})"),
    ],
    only_the_clock_knows_the_time: [
        ("people/operations.py", "started_at = dt.datetime.now(dt.UTC)"),
        ("people/rules.py", "day = date.today()"),
        ("people/rules.py", "seconds = time.time()"),
    ],
    only_the_engine_begins_transactions: [
        ("people/operations.py", "session.execute(text('BEGIN IMMEDIATE'))"),
        ("people/operations.py", "cursor.execute('PRAGMA synchronous=off')"),
    ],
    marks_are_whole_numbers: [
        ("assessment/rules.py", "passed = score >= 0.8"),
        ("assessment/rules.py", "share = score / length"),
        ("assessment/rules.py", "share = round(score)"),
    ],
    public_functions_say_what_they_do: [("people/rules.py", "def clean(text):\n    return text")],
    modules_say_what_they_are: [("people/rules.py", "x = 1")],
}


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    faults = [fault for file in CODE for fault in rule(file, ast.parse((PACKAGE / file).read_text()))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "file", "code"),
    [(rule, file, code) for rule, pieces in BROKEN.items() for file, code in pieces],
    ids=lambda part: getattr(part, "__name__", None),
)
def test_the_rule_bites(rule: Rule, file: str, code: str) -> None:
    assert list(rule(Path(file), ast.parse(code)))


def test_no_file_has_a_name_that_says_nothing() -> None:
    nothing = {"common", "utils", "util", "helpers", "helper", "services", "misc", "base", "views2"}
    assert [str(file) for file in CODE if file.stem in nothing or nothing & set(file.parts)] == []
    assert [str(file) for file in CODE if len(file.parts) == 1 and file.stem in ("models", "forms", "views")] == []


# Templates

ATTRIBUTE = re.compile(r"<[a-z][^<>]*\s(style|on[a-z]+)\s*=", re.DOTALL)
ELEMENT = re.compile(r"<(script|style)\b")


def template_faults(source: str) -> list[str]:
    """Style and script in a template, wherever it stands: also in a branch that no test renders."""
    without_code = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    return [match.group(0) for match in [*ATTRIBUTE.finditer(without_code), *ELEMENT.finditer(without_code)]]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE / "templates").as_posix())
def test_a_template_holds_no_style_or_script(path: Path) -> None:
    assert template_faults(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE / "templates").as_posix())
def test_a_template_is_a_page_or_a_piece_of_one(path: Path) -> None:
    """A page extends base.html; what does not is base.html itself, or macros and pieces, which have no <html>."""
    source = path.read_text()
    if path.name == "base.html":
        return
    is_page = source.lstrip().startswith('{% extends "base.html" %}')
    is_piece = path.name == "macros.html" or path.name.startswith("_") or "{% macro" in source
    assert is_page or (is_piece and "<html" not in source)


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">',
        '<a href="/" onclick="go()">',
        "<p\n  style='x'>",
        "{% if x %}<script>{% endif %}",
        "<style>p {}</style>",
        '<p class="{{ x }}" style="{{ y }}">',
    ],
)
def test_style_and_script_are_seen(source: str) -> None:
    assert template_faults(source)


# Words

INSTEAD = {
    r"exams?|examinations?": "quiz or knowledge check",
    r"organi[sz]ations?|tenants?": "agency",
    r"learners?|students?|trainees?": "practitioner",
    r"users?": "practitioner, or the role",
    r"(?<!of )courses?": "training module",
    r"e-learning": "training",
    r"log ?in|log ?out|login|logout": "sign in, sign out",
    r"click(ing)? here": "words that say where a link goes",
    r"please": "nothing",
}


def wrong_words(text: str) -> list[str]:
    """Words the product does not use in its pages, with what to say."""
    found = []
    for pattern, instead in INSTEAD.items():
        found += [f"{match.group(0)!r}: say {instead}" for match in re.finditer(rf"(?i)\b({pattern})\b", text)]
    return found


def words_of_template(source: str) -> str:
    """What a person can read of a template: text and quoted strings, no tags, names or addresses."""
    source = re.sub(r"\{#.*?#\}", " ", source, flags=re.DOTALL)
    quoted = " ".join(
        " ".join(re.findall(r"\"([^\"]* [^\"]*)\"|'([^']* [^']*)'", piece)[0])
        for piece in re.findall(r"\{[{%].*?[}%]\}", source, flags=re.DOTALL)
        if re.search(r"\"[^\"]* [^\"]*\"|'[^']* [^']*'", piece)
    )
    source = re.sub(r"\{[{%].*?[}%]\}", " ", source, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", source) + quoted


def words_of_code(tree: ast.Module) -> str:
    """The sentences in a module that a person may read: strings with a space in them, no docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return "\n".join(node.value for node in constants if isinstance(node.value, str) and " " in node.value)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE / "templates").as_posix())
def test_a_template_uses_our_words(path: Path) -> None:
    assert wrong_words(words_of_template(path.read_text())) == []


@pytest.mark.parametrize("name", ["forms.py", "views.py", "rules.py", "operations.py", "pages.py", "pdf.py"])
def test_messages_use_our_words(name: str) -> None:
    faults = {
        str(file): wrong_words(words_of_code(ast.parse((PACKAGE / file).read_text())))
        for file in CODE
        if file.name == name
    }
    assert not {file: found for file, found in faults.items() if found}


@pytest.mark.parametrize(
    "text",
    ["Start the exam", "Your Organisation", "each learner", "the user is", "a course on", "Log in", "Please wait"],
)
def test_wrong_words_are_seen(text: str) -> None:
    assert wrong_words(text)
    assert wrong_words(words_of_template(f"<p>{text}</p>"))
    assert wrong_words(words_of_template(f'{{{{ ui.button("{text}") }}}}'))
    assert wrong_words(words_of_code(ast.parse(f"raise Refused({text!r})")))


@pytest.mark.parametrize("text", ["for example", "of course", "user:password@host", "Examine"])
def test_right_words_are_left_alone(text: str) -> None:
    assert [found for found in wrong_words(text) if "user:" not in text] == []
