# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that is not well is taken back, one that was killed is finished, and what drifts is found and put right."""

from __future__ import annotations

import json
import threading

import pytest

from tests.integration.converge.machine import task
from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync, release, rolls, well
from tests.waiting import eventually

KILL = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q -- ' -[I]SB' && kill -9 ${p#/proc/}; done; true"


# -- what is not well --------------------------------------------------------------------------------------------------


def test_a_release_that_never_gets_ready_is_taken_back_and_what_rested_can_still_be_gone_back_to(green: Machine) -> None:
    before = green.started("green")
    users = green.users()
    done = green.release(app_image="release-test/app:3", app_who="sick", app_deadline=3)
    assert set(green.asked(users)) == {"two"}
    assert (done.failed, done.components["app"]["status"]) == (True, "taken_back")
    assert "answers 503" in done.msg
    assert "started as sick" in done.msg, "the end of the log"
    assert "slot green was not touched and serves" in done.msg
    assert green.started("green") == before
    assert green.started("blue") == ""
    well(green.release("previous", expect="release-test/app:1", **TWO), "blue")
    assert green.edge() == "one"


def test_a_release_that_haproxy_does_not_find_well_is_not_what_one_goes_back_to(green: Machine) -> None:
    before = green.started("green")
    done = green.release(app_image="release-test/app:3", app_who="two-faced")
    assert (done.failed, done.components["app"]["status"]) == (True, "taken_back")
    assert "HAProxy does not find slot blue well" in done.msg
    assert (green.started("green"), green.started("blue")) == (before, "")
    assert green.told() == {"blue": "maint", "green": "ready"}
    # blue does not hold ``one`` any more, and what it holds was refused
    refused = green.release("previous", **TWO)
    assert refused.failed
    assert "holds no previous release" in refused.msg
    assert green.edge() == "two"


def test_an_image_that_cannot_be_had_touches_nothing(green: Machine) -> None:
    done = green.release(app_image="127.0.0.1:9/no/such:1")
    assert done.failed
    assert "127.0.0.1:9/no/such:1" in done.msg
    well(green.release("previous", expect="release-test/app:1", **TWO), "blue")


def test_once_the_new_slot_serves_trouble_with_the_old_one_is_told_and_put_right_later(blue: Machine) -> None:
    [flying] = blue.hold()
    rolling = rolls(blue)
    eventually(lambda: blue.record()["active"] == "green", 60)
    blue.sh("systemctl stop haproxy")
    blue.let_go()
    output, _ = rolling.communicate(timeout=60)
    assert rolling.returncode == 0, output
    done = json.JSONDecoder().raw_decode(output[output.find('{\n    "') :])[0]["plays"][0]["tasks"][0]["hosts"]["machine"]
    assert (done["changed"], done["sync"], done["release"]["slot"]) == (True, "OutOfSync", "green")
    assert any("slot blue" in note and "HAProxy does not answer" in note for note in done["components"][0]["notes"])
    assert blue.started("green")
    flying.wait(timeout=30)
    blue.sh("systemctl start haproxy")
    settled = well(blue.converge(**TWO), "green")
    assert settled.actions == [("slot:blue", "stop", "corrective"), ("traffic:echodiary", "update", "corrective")]
    in_sync(blue, **TWO)
    assert blue.edge() == "two"


# -- killed ------------------------------------------------------------------------------------------------------------


def test_killed_while_the_old_slot_drains_the_next_run_ends_it(blue: Machine) -> None:
    [flying] = blue.hold()
    rolling = rolls(blue)
    eventually(lambda: blue.told().get("blue") == "drain", 60)
    blue.sh(KILL)
    rolling.wait(timeout=60)
    assert (blue.record()["active"], bool(blue.started("blue"))) == ("green", True)
    assert ("slot:blue", "stop", "corrective") in blue.converge(check=True, **TWO).actions
    threading.Timer(5, blue.let_go).start()
    well(blue.converge(app_drain=50.0, **TWO), "green")
    assert flying.communicate(timeout=20)[0].strip() == "one"
    assert blue.started("blue") == ""
    in_sync(blue, **TWO)


def interrupted(host: Machine) -> None:
    """As a run leaves it that is killed between letting green in and writing that it serves."""
    record = host.record()
    record["active"], record["next"] = "blue", "green"
    record["releases"].pop("green")
    host.sh(f"cat > /var/lib/echodiary/slots/app.json <<'END'\n{json.dumps(record)}\nEND")
    host.sh("docker start app-blue-api-1")
    host.tell("blue", "ready")


def test_killed_between_two_steps_of_the_move_the_next_run_finishes_it(green: Machine) -> None:
    interrupted(green)
    users = green.users()
    well(green.converge(**TWO), "green")
    assert "failed" not in str(green.asked(users))
    assert (green.record()["active"], green.record()["next"]) == ("green", "")
    assert green.started("blue") == ""
    in_sync(green, **TWO)


@pytest.mark.full
def test_killed_between_two_steps_and_then_something_else_is_wanted_that_fails(green: Machine) -> None:
    interrupted(green)
    done = green.release(app_image="release-test/app:3", app_who="two-faced")
    assert (done.failed, done.components["app"]["status"]) == (True, "taken_back")
    assert release(done)["slot"] == green.record()["active"] == "green"
    assert green.edge() == "two"
    assert green.told() == {"blue": "maint", "green": "ready"}


def test_a_move_to_something_that_fell_ill_meanwhile_leaves_the_other_one_alone(blue: Machine) -> None:
    well(blue.release(app_image="release-test/app:2", app_who="two"), "green")
    interrupted(blue)
    eventually(lambda: blue.parts("haproxy.servers(EDGE)['blue'].steady"))
    blue.sh("kill -STOP $(docker inspect -f '{{.State.Pid}}' app-green-api-1)")
    done = blue.converge(**TWO)
    assert (done.failed, done.result["health"]) == (True, "Degraded")
    assert blue.started("blue")
    assert blue.told()["blue"] == "ready"
    blue.sh("docker rm -f app-green-api-1")


# -- drift -------------------------------------------------------------------------------------------------------------


DRIFTS = (
    ("told blue ready", "traffic:echodiary", "update"),
    ("told green drain", "traffic:echodiary", "update"),
    ("docker start app-blue-api-1", "slot:blue", "stop"),
    ("docker stop -t 0 app-green-api-1", "service:api", "start"),
    ("docker rm -f app-green-api-1", "service:api", "create"),
    ("chmod 644 /opt/app/green/app.env", "file:/opt/app/green/app.env", "update"),
    ("echo X=1 >> /opt/app/green/app.env", "file:/opt/app/green/app.env", "update"),
    ("echo PORT=9 > /opt/app/green/.env", "file:/opt/app/green/.env", "update"),
)


def test_drift_is_named_and_put_right(green: Machine, subtests: pytest.Subtests) -> None:
    """Each leaves the host as declared, so the next begins where this one began."""
    for do, resource, action in DRIFTS:
        with subtests.test(do):
            _drifts(green, do)
            asked = [task(["app"], check=check, **TWO) for check in (True, False, True)]
            check, done, after = green.play(*asked).tasks["machine"]
            assert (resource, action, "corrective") in check.actions
            assert check.result["sync"] == "OutOfSync"
            assert not done.failed, done.msg
            assert done.actions == check.actions
            assert green.edge() == "two"
            assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy"), after.result


def _drifts(green: Machine, do: str) -> None:
    if do.startswith("told "):
        green.tell(*do.split()[1:])
    else:
        green.sh(do)


#: every label is ours, and so are its image, its files and its port
COPIED = """
name=app-{slot}-api-1; port=$(docker port $name 8000)
labels=$(docker inspect -f '{{{{range $key, $one := .Config.Labels}}}}--label {{{{$key}}}}={{{{$one}}}} {{{{end}}}}' $name)
docker rm -f $name
docker run -d --name $name $labels --network app-{slot}_default --network-alias api -p $port:8000 --restart unless-stopped \\
  --stop-timeout 5 --env-file /opt/app/{slot}/app.env -v /usr:/usr:ro -v /opt/app/{slot}/code:/srv:ro --cap-add SYS_ADMIN \\
  release-test/app:2 python3 -u /srv/server.py two
until python3 -c "import urllib.request as u; u.urlopen('http://$port/ready')"; do sleep 0.1; done
"""
#: of what serves; to heal it takes a new container, or HAProxy's ear
HANDS = (
    ("docker update --restart no app-{slot}-api-1", "service:api"),
    ("docker update --memory 300m --memory-swap 300m app-{slot}-api-1", "service:api"),
    ("cd /opt/app/{slot} && cp -a code another && mv code gone && mv another code && rm -r gone", "process:api"),
    (COPIED, "service:api"),
    ("docker network connect bridge app-{slot}-api-1", "service:api"),
    ("docker rename app-{slot}-api-1 another", "service:api"),
)


def test_what_no_file_shows_is_named_and_healed_without_losing_a_request(green: Machine, subtests: pytest.Subtests) -> None:
    for do, resource in HANDS:
        with subtests.test(do):
            slot = green.record()["active"]
            green.sh(do.format(slot=slot))
            check = green.converge(check=True, **TWO)
            assert {name: origin for name, origin in check.origins.items() if name == resource} == {resource: "corrective"}, check.actions
            users = green.users()
            done, after = green.play(*(task(["app"], check=check, **TWO) for check in (False, True))).tasks["machine"]
            assert not done.failed, done.msg
            assert set(green.asked(users)) == {"two"}
            assert green.record()["active"] != slot
            assert (after.actions, after.result["sync"], after.result["health"]) == ([], "Synced", "Healthy"), after.result


def test_requests_that_haproxy_was_told_to_send_elsewhere_come_back(green: Machine) -> None:
    green.parts("haproxy.aim(EDGE, {'green': '127.0.0.1:9'})")
    check = green.converge(check=True, **TWO)
    assert check.actions == [("traffic:echodiary", "update", "corrective")]
    [change] = check.changes
    assert change["fields"] == {"green address": ["127.0.0.1:9", "127.0.0.1:8002"]}
    assert not (done := green.converge(**TWO)).failed, done.msg
    assert green.edge() == "two"
    in_sync(green, **TWO)


def test_where_haproxy_cannot_be_asked_nothing_is_called_synced(green: Machine) -> None:
    green.sh("systemctl stop haproxy")
    check = green.converge(check=True, **TWO)
    assert check.result["sync"] == "Unknown"
    assert any("HAProxy does not answer" in note for note in check.components["app"]["notes"])


def test_a_lost_record_is_found_again_in_what_runs(green: Machine) -> None:
    green.sh("rm /var/lib/echodiary/slots/app.json")
    before = green.started("green")
    well(green.converge(**TWO), "green")
    assert green.started("green") == before
    assert green.record()["releases"]["green"]["image"] == "release-test/app:2"
    in_sync(green, **TWO)
