"""A section's Markdown made into safe HTML, with its citations taken out as data.

Every paragraph, list item and table row ends in `{E3.10, E3.11}` (what it rests on) or in `{-}` (it states no fact).
The marks become small numbered links to the section's "Where this comes from". The line above a table, `Table: ...`, is
its caption.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.container import container_plugin

CALLOUTS = ("careful", "key", "practice", "whose")
TAGS = {
    "h2",
    "h3",
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
    "caption",
}
ATTRIBUTES = {"div": {"class"}, "p": {"class"}, "th": {"scope"}}
FORBIDDEN = {
    "link_open": "a link",
    "image": "a picture",
    "html_block": "HTML",
    "html_inline": "HTML",
    "fence": "code",
    "code_block": "code (or text indented by four spaces)",
    "code_inline": "code",
    "blockquote_open": "a quotation block",
    "hr": "a line across",
}

_MARK = re.compile(r"\s*\{\s*(-|E[0-9]\.[0-9]{2}(?:\s*,\s*E[0-9]\.[0-9]{2})*)\s*\}\s*$")
# Characters that no author types stand for a mark until the HTML has been cleaned.
_PLACEHOLDER = re.compile("\ue000([^\ue001]+)\ue001")


@dataclass(frozen=True)
class Prose:
    """`html` is safe to show; `citations` gives each evidence id with its first line, in the order of mention."""

    html: str
    citations: dict[str, int]
    problems: tuple[tuple[int, str], ...]  # line within the Markdown, counted from 1; what is wrong


@dataclass(frozen=True)
class Block:
    """One thing that a reader sees: what the content rules judge. A table row is one block, each cell a text of it."""

    line: int  # within the Markdown, counted from 1
    kind: Literal["paragraph", "item", "row", "heading", "caption"]
    texts: tuple[str, ...]  # without markup
    citations: tuple[str, ...]


@dataclass
class _Findings:
    lines: list[str]
    citations: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_prose(markdown: str) -> Prose:
    """Parse a section's body; never raises: what is wrong is in `problems`."""
    tokens, findings = _parsed(markdown)
    made = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)
    numbers = {id_: number for number, id_ in enumerate(findings.citations, start=1)}

    def link(match: re.Match[str]) -> str:
        if match.group(1) == "-":
            return ""
        links = [f'<a href="#from-{numbers[id_]}">{numbers[id_]}</a>' for id_ in _ids(match.group(1))]
        return f'<sup class="from"><span class="hidden">Note </span>{" ".join(links)}</sup>'

    return Prose(_PLACEHOLDER.sub(link, clean), findings.citations, tuple(sorted(findings.problems)))


@lru_cache(maxsize=32)
def _parsed(markdown: str) -> tuple[list[Token], _Findings]:
    """What a body consists of, and what was found on the way. Kept, because it is shown first and then judged."""
    findings = _Findings(markdown.split("\n"))
    return _MARKDOWN.parse(re.sub("[\ue000\ue001]", "", markdown), {"findings": findings}), findings


@lru_cache(maxsize=256)
def read_blocks(markdown: str) -> tuple[Block, ...]:
    """A section's body as plain text, block by block, in the order of the page."""
    return tuple(_blocks(markdown))


def _blocks(markdown: str) -> Iterator[Block]:
    line, holder, cells = 0, "", list[str]()
    in_item, cited = 0, list[str]()
    for token in _parsed(markdown)[0]:
        if token.map:
            line = token.map[0] + 1
        if token.type in ("heading_open", "paragraph_open", "th_open", "td_open", "tr_open"):
            holder = token.type
            if holder == "tr_open":
                cells, cited = [], []
        elif token.type in ("list_item_open", "list_item_close"):
            in_item += token.nesting
        elif token.type == "table_open":
            yield Block(line, "caption", (token.info,), ())
        elif token.type.startswith("container_") and token.nesting == 1:
            yield Block(line, "heading", (token.info.strip().partition(" ")[2],), ())
        elif token.type == "tr_close":
            yield Block(line, "row" if holder == "td_open" else "heading", tuple(cells), tuple(cited))
        elif token.type == "inline":
            shown = "".join(child.content or " " for child in token.children or [] if child.nesting == 0)
            text = " ".join(_PLACEHOLDER.sub("", shown).split())
            ids = [id_ for mark in _PLACEHOLDER.findall(shown) if mark != "-" for id_ in _ids(mark)]
            if holder in ("th_open", "td_open"):
                cells.append(text)
                cited += ids
            elif holder == "heading_open":
                yield Block(line, "heading", (text,), ())
            else:
                yield Block(line, "item" if in_item else "paragraph", (text,), tuple(ids))


def _ids(mark: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in mark.split(",")))


def _render_callout(
    _renderer: RendererHTML, tokens: Sequence[Token], position: int, _options: OptionsDict, _env: EnvType
) -> str:
    token = tokens[position]
    if token.nesting != 1:
        return "</div>\n"
    kind, _, title = token.info.strip().partition(" ")
    return f'<div class="callout callout-{kind}"><p class="callout-title">{html.escape(title.strip())}</p>\n'


def _render_table(
    _renderer: RendererHTML, tokens: Sequence[Token], position: int, _options: OptionsDict, _env: EnvType
) -> str:
    return f"<table>\n<caption>{html.escape(tokens[position].info)}</caption>\n"


def _take_captions(state: StateCore) -> None:
    """Move the paragraph above each table into it. A caption needs no mark: the rows have theirs."""
    findings: _Findings = state.env["findings"]
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "table_open":
            above = kept[-2] if len(kept) > 1 else None
            line = token.map[0] + 1 if token.map else 1
            if above is not None and above.type == "inline" and above.content.startswith("Table: "):
                token.info = above.content.removeprefix("Table: ")
                if "{" in token.info:
                    findings.problems.append((line, "a caption cites nothing; leave its mark out"))
                del kept[-3:]
            else:
                findings.problems.append((line, "put a line such as Table: What you might see above the table"))
        kept.append(token)
    state.tokens = kept


def _take_marks(state: StateCore) -> None:
    """Before inline parsing: replace each block's mark by a placeholder, and note the blocks that have none."""
    findings: _Findings = state.env["findings"]
    holder, line, row_needs_mark = "", 0, False
    for token in state.tokens:
        if token.map:
            line = token.map[0] + 1
        if token.type in ("paragraph_open", "heading_open", "th_open", "td_open"):
            holder = token.type
        elif token.type == "tr_open":
            row_needs_mark = True
        elif token.type == "tr_close" and row_needs_mark and holder == "td_open":
            findings.problems.append((line, "this table row cites nothing; end its last cell in {E1.23} or {-}"))
        elif token.type == "inline" and token.content.startswith(":::"):
            findings.problems.append((line, f"begin a box with ::: and one of {', '.join(CALLOUTS)}"))
        elif token.type == "inline":
            mark = _MARK.search(token.content)
            text = token.content[: mark.start()] if mark else token.content
            if not mark and re.search(r"\{[^{}]*\}\s*$", text):
                findings.problems.append(
                    (line, "this mark cannot be read; write it like {E1.23}, {E1.23, E1.24} or {-}")
                )
            elif "{" in text or "}" in text:
                findings.problems.append((line, "{ and } stand only at the end, as in {E1.23, E1.24} or {-}"))
            elif not mark and holder == "paragraph_open":
                findings.problems.append((line, "this paragraph cites nothing; end it in {E1.23} or {-}"))
            if "](" in text or "://" in text:
                findings.problems.append((line, "a link is not allowed in a section"))
            if mark:
                row_needs_mark = False
                token.content = f"{text}\ue000{mark.group(1)}\ue001"
                for id_ in _ids(mark.group(1)) if mark.group(1) != "-" else ():
                    findings.citations.setdefault(id_, line)


def _refuse(state: StateCore) -> None:
    findings: _Findings = state.env["findings"]
    line, open_callouts = 0, 0
    for block in state.tokens:
        if block.map:
            line = block.map[0] + 1
        for name in dict.fromkeys(FORBIDDEN.get(token.type) for token in [block, *(block.children or [])]):
            if name and (line, f"{name} is not allowed in a section") not in findings.problems:
                findings.problems.append((line, f"{name} is not allowed in a section"))
        if block.type == "heading_open" and block.tag not in ("h2", "h3"):
            findings.problems.append((line, "use ## and ### for headings; the title is the page's own"))
        elif block.type == "th_open":
            block.attrSet("scope", "col")
        elif block.type.startswith("container_"):
            open_callouts += block.nesting
            if block.nesting == 1 and block.map:
                end = "".join(findings.lines[block.map[1] : block.map[1] + 1])
                if open_callouts > 1 or not end.strip().startswith(":::"):
                    findings.problems.append((line, "end each box in a line of ::: before the next thing begins"))
                if " " not in block.info.strip():
                    findings.problems.append((line, "give the box a title, as in ::: key What to keep"))
    # A link definition leaves no token: the words would vanish from the page.
    for reference in state.env.get("references", {}).values():
        findings.problems.append((reference["map"][0] + 1, "a link is not allowed in a section"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    for kind in CALLOUTS:
        parser.use(container_plugin, kind, render=_render_callout)
    parser.add_render_rule("table_open", _render_table)
    parser.core.ruler.before("inline", "take_captions", _take_captions)
    parser.core.ruler.before("inline", "take_marks", _take_marks)
    parser.core.ruler.push("refuse", _refuse)
    return parser


_MARKDOWN = _parser()
