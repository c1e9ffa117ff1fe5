# SPDX-License-Identifier: GPL-3.0-or-later
"""Text on its way into another language, so that it arrives as what it was: a quote, a dollar or a line's end means nothing there.

What reads each of them is the judge, and the tests ask it: Compose, promtool, HAProxy. Shells have Ansible's own filter ``quote``, SQL
psycopg's parameters and identifiers. What people read (terminals, Markdown, HTML) is elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

#: A scalar that needs no quotes in YAML, and stays the text that it is.
_PLAIN = re.compile(r"(?=.*[A-Za-z/])(--)?[A-Za-z0-9_./][A-Za-z0-9_./=@-]*(:[A-Za-z0-9_./=@-]+)*", re.ASCII)
#: Words that YAML 1.1 takes for something else, and what looks like a number with an exponent or a base.
_NOT_TEXT = re.compile(r"(?i)true|false|yes|no|on|off|y|n|null|\.inf|\.nan|[-+]?[0-9][0-9_.:]*(e[-+]?[0-9]+)?|0[xob][0-9a-f_]+")
_RAW_ENV = re.compile(r"[A-Za-z0-9_.,:/?&=%@+~^*()!|;<>{}\[\]-]*", re.ASCII)
_RAW_HAPROXY = re.compile(r"[A-Za-z0-9_.,:/?&=@+~*-]+", re.ASCII)

#: What means something in RE2, which knows no escapes of other letters.
_LITERALLY = re.compile(r"[\\.+*?()|\[\]{}^$]")


class QuotingError(ValueError):
    """What cannot be said in that language at all."""


def yaml_text(value: Json) -> str:
    """A double-quoted scalar. What YAML does not print is written as an escape."""
    quoted = json.dumps(str(value), ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in quoted)


def yaml_value(value: Json) -> str:
    """The same, without quotes where none are needed."""
    return str(value) if _is_plain(str(value)) else yaml_text(value)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _NOT_TEXT.fullmatch(text)


def _escape(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def compose_value(value: Json) -> str:
    """A value of a Compose file: YAML, in which Compose would put variables of its caller where a dollar is."""
    if isinstance(value, str):
        return yaml_value(value.replace("$", "$$"))
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inside(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_inside(str(key))}: {_inside(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def compose_text(value: Json) -> str:
    """The same, always in quotes."""
    return yaml_text(str(value).replace("$", "$$"))


def _inside(value: Json) -> str:
    return compose_text(value) if isinstance(value, str) else compose_value(value)


def env_value(value: Json) -> str:
    """A value of a file that Compose reads as ``env_file``: what needs no quotes has none."""
    text = str(value)
    if any(letter in text for letter in "\n\r\0"):
        raise QuotingError("a value of an env file is one line; this one has more")
    if _RAW_ENV.fullmatch(text):
        return text
    # Within single quotes only they themselves are escaped, and whatever precedes one could be taken for that.
    if "\\'" not in text and not text.endswith("\\"):
        return "'" + text.replace("'", "\\'") + "'"
    if "$" not in text:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    raise QuotingError("a value with a dollar and a backslash before a quote cannot be written to an env file; percent-encode one of them")


def promql_text(value: Json) -> str:
    """A string of PromQL, quotes included: the value of a label."""
    return json.dumps(str(value), ensure_ascii=False)


def promql_any(values: Iterable[Json]) -> str:
    """A regular expression, as a string of PromQL, that matches each of the texts and nothing else."""
    return promql_text("|".join(_LITERALLY.sub(r"\\\g<0>", str(value)) for value in values))


def nginx_text(value: Json) -> str:
    """One word of nginx' configuration, in which nothing takes a dollar's meaning away."""
    text = str(value)
    if "$" in text or not text.isprintable():
        raise QuotingError("a text of nginx is one line without a dollar; this one is not")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def haproxy_text(value: Json) -> str:
    """One word of HAProxy's configuration."""
    text = str(value)
    if any(letter in text for letter in "\n\r\0"):
        raise QuotingError("a word of HAProxy's configuration is on one line; this one has more")
    return text if _RAW_HAPROXY.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"
