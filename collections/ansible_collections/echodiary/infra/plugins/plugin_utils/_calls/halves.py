# SPDX-License-Identifier: GPL-3.0-or-later
"""The half of a kind that a host needs: a kind is one file, and what the controller alone asks of it is not sent.

By the form of the sources, as their imports are found: to parse them would be felt in a run that has nothing to do.
"""

from __future__ import annotations

import re
from collections import Counter

#: of ``protocol``, what is called where a component is put together, and where a change is handed to a module of Ansible's
CONTROLLERS = frozenset({"checked", "entries", "parts", "delegate", "look"})
_FUNCTION = re.compile(r"^def (\w+)\(.*\n(?:[ \t)].*\n|\n)+", re.MULTILINE)
#: likewise of its values: how one name of it is declared, and what it is called before people
_VALUE = re.compile(r"^(?:ENTRY: model\.Schema|WORDS, PREFIX) = .*\n(?:(?:[ \t]+.*|[\])}].*)\n)*", re.MULTILINE)
_OWN = re.compile(r"\b_[a-z]\w*")


def hosts(source: str) -> str:
    """Without those functions, what only they call, and those values, and with every line where it was. Pure."""
    functions = {found[1]: found[0] for found in _FUNCTION.finditer(source)}
    used = Counter(_OWN.findall(source))
    gone: set[str] = set()
    going = functions.keys() & CONTROLLERS
    while going:
        gone |= going
        for name in going:
            used.subtract(_OWN.findall(functions[name]))
        going = {name for name in functions.keys() - gone if name.startswith("_") and used[name] == 1}
    left = _FUNCTION.sub(lambda found: _lines(found[0]) if found[1] in gone else found[0], source)
    return _VALUE.sub(lambda found: _lines(found[0]), left)


def _lines(text: str) -> str:
    return "\n" * text.count("\n")
