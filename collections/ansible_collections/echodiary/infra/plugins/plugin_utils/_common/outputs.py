# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from elsewhere on its way to a reader: terminal, Markdown, HTML, JSON, metrics. Pure; each form has its rules here and nowhere else.

Hosts name files, units and users as they like, and whoever may create a file on a host must not be able to steer a terminal, forge a
line of output or put markup into a page or a comment.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

_TAB = 8
#: what a terminal acts on, and what changes the direction of the text around it; newline and tab stay
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: in a name, whatever cannot be seen, or is the half of a character that a name in another encoding leaves
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: what Python makes of a byte of a name that is not UTF-8
_ESCAPED_BYTES = range(0xDC80, 0xDD00)
#: what cannot do anything inside a code span of a table
_TAME = re.compile(r"[^`|\\<>&@]+")
_ELEMENTS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
#: ASCII that Markdown may take for markup; as references they are only ever text. Inside a word an underscore is one anyway.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ANY_MARKUP = re.compile(r"[^\w\s&#;]|_")


def terminal(text: Json) -> str:
    """Several lines for a terminal or a log, without anything that steers it."""
    return _seen(_STEERS.sub("", str(text)), _SURROGATE).expandtabs(_TAB).strip("\n")


def name(text: Json) -> str:
    """On one line, and whatever cannot be seen is shown: what people need in order to find, and remove, what goes by such a name."""
    return _seen(str(text), _UNSEEN)


def markdown(text: Json) -> str:
    """Text on one line, in a paragraph or a table's cell."""
    shown = " ".join(terminal(text).split("\n")).translate(_ELEMENTS)
    # a person or team that is only mentioned must not be called
    return _MARKUP.sub(_reference, shown).replace("@", "@\u200b")


def code(text: Json) -> str:
    """A name in Markdown: between backticks, or where it could leave those, as an element whose content is references."""
    shown = name(text)
    if shown.strip() == shown and _TAME.fullmatch(shown):
        return f"`{shown}`"
    return f"<code>{_ANY_MARKUP.sub(_reference, shown.translate(_ELEMENTS))}</code>"


def fenced(text: Json, language: str = "") -> str:
    """A block of Markdown, its fence longer than any in the text, so that nothing in it ends the block."""
    inside = terminal(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", inside)), default=0))
    return f"{fence}{language}\n{inside}\n{fence}"


def html(text: Json) -> str:
    """Text or an attribute's value, in HTML and SVG."""
    return name(text).translate(_ELEMENTS)


def json_text(document: Any, **how: Any) -> str:
    """JSON that can be written as UTF-8, and reads back the same, whatever the encoding of a name."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(document, ensure_ascii=False, **how))


def script(document: Any) -> str:
    """JSON inside a script element, where only "<" could end it or open a comment."""
    text = json_text(document, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def encodable(text: Json) -> str:
    """As it is, and what UTF-8 cannot write is shown."""
    return _seen(str(text), _SURROGATE)


def _seen(text: str, unseen: re.Pattern[str]) -> str:
    return unseen.sub(_escape, text)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number in _ESCAPED_BYTES:
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
