# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run compiled, the next one finds: in real runs of ansible-playbook, with a place for bytecode of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.tests.unit.plugins.callback import test_fleet as fleet

ENABLED = "echodiary.infra.warm,echodiary.infra.drift"


class Rig(fleet.Rig):
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in super()._environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PYTHONPYCACHEPREFIX": str(self.directory / "compiled"), "ANSIBLE_CALLBACKS_ENABLED": ENABLED}

    def compiled(self) -> dict[str, int]:
        """Module of the collection, as ``package.module`` -> when it was compiled."""
        found = (self.directory / "compiled").rglob("echodiary/infra/plugins/plugin_utils/*/*.pyc")
        return {f"{path.parent.name}.{path.name.partition('.')[0]}": path.stat().st_mtime_ns for path in found}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_modules_are_compiled_once(rig: Rig) -> None:
    rig.run({"app1": fleet.IN_SYNC}, [fleet.CONVERGE], vars={"drift_directory": str(rig.directory / "out")})
    first = rig.compiled()
    assert {"_drift.run", "_drift.collect", "_drift.table"} <= set(first)
    rig.run({"app1": fleet.IN_SYNC}, [fleet.CONVERGE], vars={"drift_directory": str(rig.directory / "out")})
    assert rig.compiled() == first


def test_that_can_be_left_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHODIARY_WARM", "templates,memory")
    rig.run({"app1": fleet.IN_SYNC}, [fleet.CONVERGE], vars={"drift_directory": str(rig.directory / "out")})
    assert rig.compiled() == {}


def test_what_makes_reports_is_read_only_where_one_is_asked_for(rig: Rig) -> None:
    rig.run({"app1": fleet.IN_SYNC}, [fleet.CONVERGE])
    assert not any(name.startswith("_drift") for name in rig.compiled())
    rig.run({"app1": fleet.IN_SYNC}, [fleet.CONVERGE], vars={"drift_directory": str(rig.directory / "out")})
    assert "_drift.run" in rig.compiled()
    assert (rig.directory / "out/unnamed/report.json").exists()
