# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Standard output for people. All wording and layout is in plugin_utils/_fleet; here events become lines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: stdout
author: EchoDiary maintainers (@echodiary)
short_description: A line per host and component, and a table of states at the end
description:
  - Says for every host what changed and how long it took, in one line per component.
    What is merely in sync is one line per host.
  - Ordinary tasks are quiet unless they change something, fail, or are there to say something
    (M(ansible.builtin.debug)).
  - Ends with a table of states, one line of totals, and one line that says what to do next.
  - C(-v) and C(--diff) show every resource with its difference, C(-vv) every task, C(-vvv) every result in full.
  - No cursor movement, so logs read the same as terminals. Colours follow Ansible's own settings.
notes:
  - The variable C(next_steps), a list of strings in the play or the inventory, is shown at the end when all is well.
  - The variable C(next_now), a string of the play or a fact, is shown at the end whatever happened. A play that knows better than this
    callback what to do after a failure or a preview sets it.
  - With the C(ansible) command, set E(ANSIBLE_LOAD_CALLBACK_PLUGINS=1) to use it; results are then shown in full.
extends_documentation_fragment:
  - result_format_callback
requirements:
  - set as C(stdout_callback) in the configuration
"""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible import constants as C  # noqa: N812 (the name Ansible gives it everywhere)
from ansible import context
from ansible.errors import AnsibleError
from ansible.executor.stats import AggregateStats
from ansible.executor.task_result import CallbackTaskResult
from ansible.inventory.host import Host
from ansible.playbook import Playbook
from ansible.playbook.included_file import IncludedFile
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible.utils.color import stringc
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.command import Command
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.summary import Totals, next_lines, total_line, unknown_lines
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.table import table_lines
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import View, failure_lines, message_lines, result_lines
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.words import clean

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._converge.exchange import Outcome

CONVERGE = ("echodiary.infra.converge", "converge")
#: Table width where there is no terminal to ask.
WIDTH = 120

_COLOURS = {
    "good": C.COLOR_OK,
    "change": C.COLOR_CHANGED,
    "bad": C.COLOR_ERROR,
    "quiet": C.COLOR_DEBUG,
    "title": C.COLOR_HIGHLIGHT,
    "add": C.COLOR_DIFF_ADD,
    "remove": C.COLOR_DIFF_REMOVE,
    "hunk": C.COLOR_DIFF_LINES,
}


def paint(tone: str, text: str) -> str:
    """Ansible decides whether there are colours at all: terminal, NO_COLOR, ANSIBLE_FORCE_COLOR."""
    return str(stringc(text, _COLOURS[tone]))


class CallbackModule(CallbackBase):
    """Keeps what the end of the run needs: the latest state of each component and the totals."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "echodiary.infra.fleet"

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._host_width = 0
        self._states: dict[str, dict[str, Outcome]] = {}
        self._remote_calls: dict[str, int] = {}
        self._changed = {True: 0, False: 0}  # by whether it was looked at in check mode
        self._play: Play | None = None
        self._host: Host | None = None

    # The run

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        self._began = time.monotonic()

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._play = play
        name = play.get_name().strip()
        if name and not _is_adhoc():
            check = " (check mode: nothing is changed)" if play.check_mode else ""
            self._say([paint("title", f"{name}{check}")])

    def v2_playbook_on_no_hosts_matched(self) -> None:
        hosts = self._play.hosts if self._play else ""
        pattern = hosts if isinstance(hosts, str) else ", ".join(hosts)
        self._say([paint("change", f"no host matched: {pattern}")])

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        self._announce(task)

    def v2_playbook_on_handler_task_start(self, task: Task) -> None:
        self._announce(task)

    def v2_playbook_on_include(self, included_file: IncludedFile) -> None:
        if self._display.verbosity >= 2:
            self._say([paint("quiet", f"included {included_file._filename}")])

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        # Hosts start before the first of them answers, so this is what columns are as wide as.
        self._host = host
        self._host_width = max(self._host_width, len(host.get_name()))

    # Results

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        self._handle_warnings(result.result)
        if _is_loop(result):
            return
        self._show_good(result, item="")

    def v2_runner_item_on_ok(self, result: CallbackTaskResult) -> None:
        self._handle_warnings(result.result)
        self._show_good(result, item=self._item(result))

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        self._handle_warnings(result.result)
        if not _is_loop(result):
            self._show_failed(result, item="")
        if ignore_errors:
            self._line(result, "quiet", "failure ignored, as the task says")

    def v2_runner_item_on_failed(self, result: CallbackTaskResult) -> None:
        self._handle_warnings(result.result)
        self._show_failed(result, item=self._item(result))

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        self._handle_warnings(result.result)
        message = " ".join(str(result.result.get("msg", "no answer")).split())
        self._say(message_lines(self.host_label(result), "unreachable", message, self._view(result)))

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        self._handle_warnings(result.result)
        if self._display.verbosity >= 2:
            self._line(result, "quiet", f"{_title(result)}  skipped")

    def v2_runner_retry(self, result: CallbackTaskResult) -> None:
        if self._display.verbosity >= 1:
            left = result.result["retries"] - result.result["attempts"]
            self._line(result, "quiet", f"{_title(result)}  not yet, {left} attempts left")

    def _item(self, result: CallbackTaskResult) -> str:
        return f" ({outputs.name(self._get_item_label(result.result))})"

    # The end

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        if _is_adhoc():
            return
        totals = self._totals(stats)
        table = table_lines(self._states, shutil.get_terminal_size((WIDTH, 0)).columns, paint)
        known = set(self._states)
        unknown = unknown_lines([host for host in (*totals.failed, *totals.unreachable) if host not in known])
        if table:
            self._say(["", *table, *(paint("bad", line) for line in unknown)])
        bad = totals.failed or totals.unreachable or totals.unhealthy
        self._say(["", paint("bad" if bad else "change" if totals.changed or totals.would else "good", total_line(totals))])
        steps, now = self._variable("next_steps"), self._variable("next_now")
        self._say([paint("title", line) for line in next_lines(totals, _command(), steps, now)])

    # How

    def _show_good(self, result: CallbackTaskResult, item: str) -> None:
        data = result.result
        if _says_something(result):
            self._show_message(result, item)
            return
        if _is_converge(result):
            self._show_converge(result, failed=False)
        elif data.get("changed") and not self._is_a_look(result):
            self._changed[_in_check_mode(result)] += 1
            would = "would change" if _in_check_mode(result) else "changed"
            self._line(result, "change", f"{_title(result)}{item}  {would}")
        elif self._display.verbosity >= 2 or self._wants_everything():
            self._line(result, "quiet", f"{_title(result)}{item}  {'would change' if data.get('changed') else 'ok'}")
        self._show_diff(result)
        if self._wants_everything():
            self._clean_results(data, result.task.action)
            self._say([clean(self._dump_results(data, indent=2))])

    def _is_a_look(self, result: CallbackTaskResult) -> bool:
        """In check mode by its own word: what it found is for the tasks after it, which change it or do not."""
        return _in_check_mode(result) and not (self._play and self._play.check_mode)

    def _show_message(self, result: CallbackTaskResult, item: str) -> None:
        """A task that only exists to say something."""
        data = result.result
        self._clean_results(data, result.task.action)
        message = data["msg"] if isinstance(data.get("msg"), str) else self._dump_results(data, indent=2)
        lines = clean(message).splitlines() or [""]
        head = f"{self.host_label(result):<{self._host_width}}  "
        self._say([f"{head}{_title(result)}{item}: {lines[0]}".rstrip(), *(" " * len(head) + line for line in lines[1:])])

    def _show_diff(self, result: CallbackTaskResult) -> None:
        """Modules only return a difference where one was asked for; those that always do are kept quiet."""
        data = result.result
        if data.get("diff") and data.get("changed") and result.task.diff:
            # cleaned before it is coloured: colours are sequences, too
            diff = self._get_diff(_cleaned(data["diff"])).strip("\n")
            self._say([" " * (self._host_width + 4) + line for line in diff.splitlines()])

    def _show_failed(self, result: CallbackTaskResult, item: str) -> None:
        if _is_converge(result):
            self._show_converge(result, failed=True)
        else:
            title = f"{_title(result)}{item}  failed"
            self._say(failure_lines(self.host_label(result), title, result.result, self._view(result)))
            self._say_where(result.task)
        if self._display.verbosity >= 3:
            self._handle_exception(result.result)
            self._say([clean(self._dump_results(result.result, indent=2))])

    def _show_converge(self, result: CallbackTaskResult, *, failed: bool) -> None:
        host, data = result.host.get_name(), result.result
        states = self._states.setdefault(host, {})
        for component in data["components"]:
            states[str(component.get("name"))] = component
            self._changed[_in_check_mode(result)] += sum(change.get("action") != "report" for change in component.get("changes") or [])
        self._remote_calls[host] = self._remote_calls.get(host, 0) + int(data.get("remote_calls") or 0)
        self._say(result_lines(self.host_label(result), data, self._view(result), failed=failed))

    def _view(self, result: CallbackTaskResult) -> View:
        details = self._display.verbosity >= 1 or bool(result.task.diff)
        return View(self._host_width, _in_check_mode(result), details, paint)

    def _wants_everything(self) -> bool:
        return self._display.verbosity >= 3 or _is_adhoc()

    def _announce(self, task: Task) -> None:
        if self._display.verbosity >= 2:
            self._say([paint("quiet", f"task: {task.get_name().strip()}")])
            self._say_where(task)

    def _say_where(self, task: Task) -> None:
        path = task.get_path()
        if path:
            self._say([" " * (self._host_width + 4) + paint("quiet", f"at {_short(path)}")])

    def _line(self, result: CallbackTaskResult, tone: str, text: str) -> None:
        self._say([f"{self.host_label(result):<{self._host_width}}  {paint(tone, text)}"])

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._display.display(line)

    def _totals(self, stats: AggregateStats) -> Totals:
        summaries = {host: stats.summarize(host) for host in sorted(stats.processed)}
        return Totals(
            check=bool(context.CLIARGS.get("check")),
            hosts=len(summaries),
            changed=self._changed[False],
            would=self._changed[True],
            failed=[host for host, summary in summaries.items() if summary["failures"]],
            together=bool(self._play and self._play.any_errors_fatal),
            unreachable=[host for host, summary in summaries.items() if summary["unreachable"]],
            unhealthy=[
                f"{host}: {name} ({component.get('health')})"
                for host, components in self._states.items()
                for name, component in components.items()
                if component.get("health") not in ("Healthy", None)
            ],
            remote_calls=list(self._remote_calls.values()),
            seconds=time.monotonic() - self._began,
        )

    def _variable(self, name: str) -> list[str]:
        """A variable as the last play's last host sees it: an inventory knows best what to open, a play what comes after it."""
        if self._play is None or self._host is None:
            return []
        variables = self._play.get_variable_manager().get_vars(play=self._play, host=self._host)
        if name not in variables:
            return []
        try:
            steps = Templar(loader=self._play.get_loader(), variables=variables).template(variables[name])
        except AnsibleError as error:
            return [f"mend the variable {name}: {error}"]
        return [clean(step) for step in ([steps] if isinstance(steps, str) else steps)]


def _is_converge(result: CallbackTaskResult) -> bool:
    return result.task.action in CONVERGE and isinstance(result.result.get("components"), list)


def _says_something(result: CallbackTaskResult) -> bool:
    data = result.result
    return bool(data.get("_ansible_verbose_always")) and not data.get("_ansible_verbose_override")


def _is_loop(result: CallbackTaskResult) -> bool:
    return bool(result.task.loop) and "results" in result.result


def _in_check_mode(result: CallbackTaskResult) -> bool:
    return bool(result.task.check_mode)


def _cleaned(value: Any) -> Any:
    """The texts of a difference, their lines as they are."""
    if isinstance(value, str):
        return "\n".join(clean(line) for line in value.split("\n"))
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list) else value


def _is_adhoc() -> bool:
    return bool(context.CLIARGS.get("module_name"))


def _title(result: CallbackTaskResult) -> str:
    return clean(result.task_name).strip()


def _command() -> Command:
    """What to type again."""
    arguments = [str(playbook) for playbook in context.CLIARGS.get("args") or ()]
    for source in context.CLIARGS.get("inventory") or ():
        if source not in C.DEFAULT_HOST_LIST:
            arguments += ["-i", _short(source)]
    for option in ("tags", "skip_tags"):
        chosen = [tag for tag in context.CLIARGS.get(option) or () if tag != "all"]
        arguments += [f"--{option.replace('_', '-')}", ",".join(chosen)] if chosen else []
    extra_vars = tuple(str(text) for text in context.CLIARGS.get("extra_vars") or ())
    return Command("ansible-playbook", tuple(arguments), str(context.CLIARGS.get("subset") or ""), extra_vars, _secrets)


def _secrets() -> set[str]:
    """Variables that a role or the playbook declares as secret."""
    from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import declared, playbooks

    typed = [playbooks.path_of(str(playbook)) for playbook in context.CLIARGS.get("args") or ()]
    found = [*map(declared.playbook_options, typed), declared.role_options(declared.ROLES)]
    return {name for options in found for name, option in (options or {}).items() if option.get("no_log")}


def _short(path: str) -> str:
    """Relative to the working directory where it is inside."""
    here = f"{Path.cwd()}/"
    return path.removeprefix(here)
