# SPDX-License-Identifier: GPL-3.0-or-later
"""Real images, each of which breaks one point of the contract, are refused with that point named; one that keeps it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.converge.machine import Task
from tests.integration.release import brought
from tests.integration.release.machine import Machine
from tests.waiting import eventually

#: told from the image's configuration or the Compose file, so that nothing has to be started for it
LYING = {"foreign": "architecture", "root": "user", "leak": "secrets", "good": "beside"}


def tries(image: str, *, start: bool = True, check: bool = False, **variables: Any) -> dict[str, Any]:
    arguments = {"component": "brought", "start": start}
    given = {"brought_image": f"{brought.NAME}:{image}", **variables}
    return {"action": {"echodiary.infra.image_contract": arguments}, "check": check, "vars": given}


@pytest.fixture(scope="module")
def brings(host: Machine) -> Iterator[Machine]:
    brought.bring(host)
    yield host
    host.sh("rm -rf /srv/brought")


@pytest.fixture(scope="module")
def tried(brings: Machine) -> dict[str, Task]:
    """What was said of each image, one after the other, in one run of a playbook."""
    started = {name: tries(name) for name in ("good", *brought.FAULTS) if name not in LYING or name == "good"}
    lying = {f"lying {name}": tries(name, start=False, brought_ports=["127.0.0.1:9000:9000"] * (name == "good")) for name in LYING}
    schema = {"schema": tries("good", brought_migrate={"env_file": "brought.env"})}
    tasks = {**started, **lying, **schema}
    run = brings.play(*tasks.values())
    return {name: run[number] for number, name in enumerate(tasks)}


def test_a_good_image_keeps_it_in_seconds(tried: dict[str, Task]) -> None:
    good = tried["good"].result
    assert not tried["good"].failed, good["msg"]
    verdicts = {one["point"]: one["verdict"] for one in good["points"]}
    # it has neither a schema nor a check of its own; all else was tried
    assert [point for point, verdict in verdicts.items() if verdict != "kept"] == ["schema", "healthcheck"]
    assert good["seconds"] < 10


@pytest.mark.parametrize(
    ("image", "point"),
    [
        *((name, point) for name, (_, point) in brought.FAULTS.items() if name not in LYING),
        *((f"lying {name}", point) for name, point in LYING.items()),
        ("schema", "schema"),
    ],
)
def test_an_image_that_breaks_one_point_is_refused_with_that_point(tried: dict[str, Task], image: str, point: str) -> None:
    done = tried[image]
    assert done.failed
    assert done.result["broken"] == [point], done.msg


def test_what_it_knows_of_a_secret_is_not_told(tried: dict[str, Task]) -> None:
    assert all("hush-hush-brought" not in str(one.result) for one in tried.values())
    assert "no config for «secret»" in tried["dies"].msg


def test_nothing_stays_and_what_others_have_does(tried: dict[str, Task], brings: Machine) -> None:
    assert tried
    assert brought.left(brings) == ""
    brings.sh("docker volume create brought-kept; echo kept > /srv/brought/kept")
    done = brings.play(tries("good"))[0]
    assert not done.failed, done.msg
    assert brought.left(brings) == "brought-kept"
    assert brings.sh("cat /srv/brought/kept; docker volume rm brought-kept") == "kept\nbrought-kept"


def test_what_a_killed_run_left_is_gone_after_the_next(brings: Machine) -> None:
    killed = brings.spawn(tries("ill", brought_deadline=60))
    eventually(lambda: brings.sh("docker ps -q --filter name=brought-preflight-web-1"))
    brings.sh("pkill -9 -f '[p]ython3 -ISB'")
    killed.communicate(timeout=60)
    assert "/run/echodiary-preflight-brought/" in brought.left(brings)
    done = brings.play(tries("good"))[0]
    assert not done.failed, done.msg
    # what has a name of its own may be somebody's by now
    assert brought.left(brings) == "brought-kept"
    brings.sh("docker volume rm brought-kept")


def test_a_check_starts_nothing_and_says_what_can_be_known(brings: Machine) -> None:
    before = brings.footprint()
    here, root, absent = (brings.play(tries(name, check=True))[0] for name in ("good", "root", "nowhere"))
    assert not here.failed, here.msg
    assert root.result["broken"] == ["user"]
    assert absent.result["broken"] == ["image"]
    assert any("nothing was started" in note for note in here.result["notes"])
    assert (brings.footprint(), brought.left(brings)) == (before, "")


def test_two_at_once_are_not_tried_for_one_component(brings: Machine) -> None:
    held = brings.start("flock /run/echodiary-preflight-brought.lock sh -c 'echo held; exec sleep 61'")
    assert held.stdout and held.stdout.readline() == "held\n"
    done = brings.play(tries("good"))[0]
    brings.sh("pkill -f '[s]leep 61'")
    held.wait(timeout=20)
    assert done.failed
    assert "another image is being tried for brought" in done.msg
