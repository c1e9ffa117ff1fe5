# SPDX-License-Identifier: GPL-3.0-or-later
"""Which roles an archive names."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._throwaway import archive, server

SCHEMA = '''
ALTER TABLE public.entries OWNER TO diary;
ALTER FUNCTION public.f() OWNER TO "Odd ""one""";
GRANT SELECT,INSERT ON TABLE public.entries TO app WITH GRANT OPTION;
GRANT ALL ON SCHEMA public TO PUBLIC;
SET SESSION AUTHORIZATION app;
REVOKE USAGE ON SCHEMA public FROM gone;
ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA public GRANT SELECT ON TABLES TO reader;
CREATE POLICY own ON public.entries FOR SELECT TO first, second USING ((id > 0));
GRANT pg_monitor TO pg_something;
COPY public.entries (id) FROM stdin;
'''


def test_roles() -> None:
    wanted = ['Odd "one"', "app", "diary", "first", "gone", "maker", "reader", "second"]
    assert archive.roles(SCHEMA) == sorted(wanted)


def test_the_version_it_is_of() -> None:
    assert archive.major(";\n;     Dumped from database version: 16.4 (Debian 16.4-1)\n;     Dumped by pg_dump version: 17.2\n") == 16
    assert archive.major("") == 0


def test_a_server_has_no_way_out_and_an_end() -> None:
    words = server.command(server.Wanted("n", "postgres:17", "missing", "store:x", 0.5, "1g"))
    pairs = list(zip(words, words[1:], strict=False))
    assert ("--network", "none") in pairs and ("--entrypoint", "sleep") in pairs and words[-2:] == ["postgres:17", "1800"]
    assert "--rm" in words and "--publish" not in words and "-p" not in words
