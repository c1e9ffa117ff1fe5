# SPDX-License-Identifier: GPL-3.0-or-later
"""A slot on trial behind a real HAProxy: its share, what is counted of it, and what becomes of its requests when it is put out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.integration.release.machine import Machine
from tests.waiting import eventually

#: answers with its name; /ready is well, /hang is never answered, /error is a 500; POST /once is broken off
APP = """
import http.server, json, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/hang" and sys.argv[1] == "two":
            time.sleep(600)
        if self.path == "/broken" and sys.argv[1] == "two":
            return self.connection.shutdown(2)
        text = json.dumps({"status": "ready"}) if self.path == "/ready" else sys.argv[1]
        self.send_response(500 if self.path == "/error" and sys.argv[1] == "two" else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    do_POST = do_GET
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer.request_queue_size = 128
http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[2])), Handler).serve_forever()
"""
IMPORTS = "from parts._release import sampling, shares, trial"


@pytest.fixture
def both(host: Machine) -> Iterator[Machine]:
    """blue (``one``) serves; green (``two``) is well and gets nothing yet."""
    host.forget()
    host.sh(f"cat > /opt/under-test/trial.py <<'EOF'\n{APP}\nEOF")
    for slot, name, port in (("blue", "one", 8001), ("green", "two", 8002)):
        host.sh(f"systemd-run -q --collect --unit app-{slot} python3 /opt/under-test/trial.py {name} {port}")
    eventually(lambda: host.parts("haproxy.servers(EDGE)['blue'].steady"))
    yield host
    host.sh("systemctl stop app-blue app-green", check=False)
    host.parts("[haproxy.command(EDGE, [haproxy.weight_words(EDGE, slot, '100%')]) for slot in ('blue', 'green')]", IMPORTS)
    host.tell("blue", "ready")
    host.tell("green", "maint")


def give(host: Machine, share: float) -> None:
    host.parts(
        "[haproxy.command(EDGE, [haproxy.weight_words(EDGE, 'blue', old)]) or traffic.let_in(EDGE, 'green', new)"
        f" for new, old in [shares.weights({share})]]",
        IMPORTS,
    )


def asked(host: Machine, count: int, path: str = "/", method: str = "GET") -> dict[str, int]:
    """So many requests one after the other: answer -> how often it came."""
    found = host.sh(
        f"""python3 - <<'EOF'
import collections, json, urllib.error, urllib.request as u
found = collections.Counter()
for _ in range({count}):
    try:
        found[u.urlopen(u.Request("http://127.0.0.1{path}", method="{method}"), timeout=20).read().decode()] += 1
    except urllib.error.HTTPError as error:
        found[str(error.code)] += 1
print(json.dumps(found))
EOF"""
    )
    counted: dict[str, int] = json.loads(found)
    return counted


@pytest.mark.parametrize(("share", "least", "most"), [(1, 1, 6), (10, 25, 35), (50, 145, 155), (100, 294, 300)])
def test_a_share_is_what_it_says_however_little_is_asked(both: Machine, share: float, least: int, most: int) -> None:
    """One request at a time: nothing is in flight that could be balanced by."""
    give(both, share)
    found = asked(both, 300)
    assert sum(found.values()) == 300
    assert least <= found["two"] <= most, found


def test_what_it_counts(both: Machine) -> None:
    give(both, 50)
    before = both.parts("sampling.server(haproxy.counters(EDGE)['green'])", IMPORTS)
    asked(both, 6)
    asked(both, 4, "/error")
    answered, bad, in_flight, queued, down = both.parts("sampling.server(haproxy.counters(EDGE)['green'])", IMPORTS)
    assert (answered - before[0], bad - before[1], in_flight, queued, down) == (5, 2, 0, 0, False)


def test_what_is_broken_off_is_asked_of_the_other_one_and_counted(both: Machine) -> None:
    give(both, 50)
    assert asked(both, 10, "/broken") == {"one": 10}
    assert both.parts("sampling.server(haproxy.counters(EDGE)['green'])", IMPORTS)[1] >= 4


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_dead_canary_refuses_goes_to_the_other_one_at_once(both: Machine, method: str) -> None:
    give(both, 100)
    both.sh("systemctl kill -s KILL app-green")
    assert asked(both, 20, "/", method) == {"one": 20}


def test_what_has_ended_is_not_given_time_to_get_well(both: Machine) -> None:
    """Nothing of the new slot is there: no container of it, and nobody who answers HAProxy."""
    both.sh("systemctl stop app-green")
    place = "place = trial.Place(EDGE, 'green', 'blue', {'blue': {'name': 'app-blue'}, 'green': {'name': 'app-green'}}, 'api', 8002)"
    wish = "wish = trial.Wish([shares.Step(50, 1)], None, signs.Bounds())"
    assert both.parts("trial.run(place, wish)", f"{IMPORTS}, signs; {place}; {wish}") == "its container is gone"
    assert both.told() == {"blue": "ready", "green": "maint"}
    assert asked(both, 10) == {"one": 10}


def test_put_out_it_gets_nothing_and_what_hangs_in_it_is_answered_by_the_other_one(both: Machine) -> None:
    give(both, 50)
    ask = "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.1/hang\", timeout=30).read().decode())'"
    users = []
    while both.parts("haproxy.servers(EDGE)['green'].sessions") < 2:
        assert len(users) < 40, "half of the requests are green's, and green answers none"
        users.append(both.start(ask))
    # the container's end is the service's here
    put_out = (
        "import subprocess; trial.docker.kill_all = lambda name: subprocess.run(['systemctl', 'kill', '-s', 'KILL', name]);"
        "place = trial.Place(EDGE, 'green', 'blue', {'green': {'name': 'app-green'}}, 'api', 8002)"
    )
    both.parts("trial.out(place)", f"{IMPORTS}; {put_out}")
    assert [user.communicate(timeout=40)[0].strip() for user in users] == ["one"] * len(users)
    assert both.parts("haproxy.servers(EDGE)")["blue"][3] == 100
    assert both.told() == {"blue": "ready", "green": "maint"}


def test_a_share_outlives_a_reload_and_is_put_right_by_correcting(both: Machine) -> None:
    give(both, 10)
    both.sh("systemctl reload haproxy")
    eventually(lambda: both.sh("test -S /run/haproxy/admin.sock && echo there", check=False))
    assert asked(both, 100)["one"] in range(85, 96)
    planned = "[change.fields for change in traffic.plan(EDGE, haproxy.servers(EDGE), 'blue', 'pending', {})]"
    assert both.parts(planned) == [{"green": ["ready", "maint"]}] or "blue weight" in both.parts(planned)[0]
    both.parts("traffic.correct(EDGE, 'blue', ['green'], {})")
    assert both.parts(planned) == []
    assert asked(both, 10) == {"one": 10}
