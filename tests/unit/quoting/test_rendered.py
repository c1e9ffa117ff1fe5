# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles render of texts that mean something in the language they are put into: as a host would get it."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import env_file

from tests import rendering


def from_compose(value: object) -> object:
    """What Compose makes of a value of which every dollar is doubled."""
    if isinstance(value, dict):
        return {from_compose(key): from_compose(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_compose(item) for item in value]
    if isinstance(value, str):
        assert "$" not in value.replace("$$", "")
        return value.replace("$$", "$")
    return value


def hosts_called(name: str) -> dict[str, object]:
    known = dict(rendering.FLEET["hostvars"])
    known[name] = {"components": rendering.APP, "ansible_host": "10.0.0.13"}
    groups = {"all": [*rendering.FLEET["groups"]["all"], name], "app": ["app1", "app2", name], "monitoring": ["mon1"]}
    return {"groups": groups, "hostvars": known}


@pytest.mark.parametrize("name", ['web "1"', "it's", "two\nlines", "a$b", "back\\slash", "{{ x }}", "ü漢😀"])
def test_a_host_of_any_name_is_scraped_under_it(name: str) -> None:
    files = rendering.tree("prometheus", **hosts_called(name))
    config = yaml.safe_load(files["/etc/prometheus/prometheus.yml"])
    found = {group["labels"]["instance"] for job in config["scrape_configs"] for group in job["static_configs"]}
    assert {name, "app1", "mon1"} <= found
    expected = yaml.safe_load(files["/etc/prometheus/rules/expected_targets.yml"])["groups"][0]["rules"]
    assert name in {rule["labels"]["instance"] for rule in expected}


COMPOSE = {
    "alertmanager": ["alertmanager_external_url", "alertmanager_retention"],
    "prometheus": ["prometheus_external_url", "prometheus_retention_size"],
    "redis_exporter": ["redis_exporter_url", "redis_exporter_user"],
    "postgres_exporter": ["postgres_exporter_host", "postgres_exporter_user"],
    "echodiary": ["echodiary_memory_limit", "echodiary_log_max_size"],
}
NEEDED = {
    "postgres_exporter_image": "x", "postgres_exporter_host": "x", "postgres_exporter_password": "x",
    "postgres_exporter_ca_certificate": "PEM",
    "redis_exporter_image": "x", "redis_exporter_url": "x", "echodiary_image": "x", "echodiary_database_host": "x",
    "echodiary_database_password": "x", "echodiary_database_ca_certificate": "PEM",
}  # fmt: skip


def compose_of(role: str, **variables: object) -> object:
    files = rendering.tree(role, **{**NEEDED, **variables})
    (text,) = (text for path, text in files.items() if path.endswith("/compose.yaml"))
    return yaml.safe_load(text.replace("${PORT}", "8000"))


@pytest.mark.parametrize(("role", "variable"), [(role, name) for role, names in COMPOSE.items() for name in names])
@pytest.mark.parametrize("value", ["a$HOME", 'say "x"', "a #b", ": x"])
def test_what_is_given_to_a_container_arrives(role: str, variable: str, value: str) -> None:
    def texts(node: object) -> list[str]:
        if isinstance(node, dict):
            return [text for item in node.values() for text in texts(item)]
        return [text for item in node for text in texts(item)] if isinstance(node, list) else [str(node)]

    assert any(value in text for text in texts(from_compose(compose_of(role, **{variable: value}))))


ASKED = {"echodiary_question_url": "https://10.0.5.9:8500/v1", "echodiary_question_key": "sk-$a'b", "echodiary_question_model": "a/b:c"}


def test_whom_to_ask_a_question_arrives_and_the_key_with_the_secrets_alone() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n"
    files = rendering.tree("echodiary", **{**NEEDED, **ASKED, "echodiary_question_ca_certificate": pem})
    holding = [path for path, text in files.items() if "sk-$" in text]
    assert [path.rpartition("/")[2] for path in holding] == ["echodiary.env"]
    assert env_file.parse(files[holding[0]])["QUESTION_KEY"] == ASKED["echodiary_question_key"]
    given = from_compose(compose_of("echodiary", **ASKED, echodiary_question_ca_certificate=pem))
    assert isinstance(given, dict)
    environment = given["services"]["api"]["environment"]
    assert (environment["QUESTION_URL"], environment["QUESTION_MODEL"]) == (ASKED["echodiary_question_url"], "a/b:c")
    assert environment["QUESTION_CA_CERTIFICATE"] == pem.strip()


def test_nothing_is_said_of_a_question_where_nobody_is_asked_and_half_of_it_is_refused() -> None:
    assert "QUESTION" not in "".join(rendering.tree("echodiary", **NEEDED).values())
    for missing in ("echodiary_question_key", "echodiary_question_model"):
        with pytest.raises(Exception, match="echodiary_question_url needs"):
            rendering.tree("echodiary", **{**NEEDED, **ASKED, missing: ""})


def test_a_secret_with_a_dollar_arrives_as_it_is() -> None:
    url = "redis://user:pa$HOME'x@cache:6379/0"
    files = rendering.tree("echodiary", **{**NEEDED, "echodiary_redis_url": url, "echodiary_database_user": "a b$c"})
    (text,) = (text for path, text in files.items() if path.endswith("/echodiary.env"))
    known = env_file.parse(text)
    assert known["REDIS_URL"] == url
    assert "a%20b%24c:x@" in known["DATABASE_URL"]


MAIL = {
    "echodiary_mail_url": "smtp://diary:p%40ss$'w@mail.test:587", "echodiary_mail_from": "EchoDiary: <diary@diary.test>",
    "echodiary_public_url": "https://diary.test", "echodiary_cors_origins": ["https://a.test", "https://b.test"],
}  # fmt: skip


def test_how_mails_are_sent_is_told_and_the_password_is_in_the_environment_file_alone() -> None:
    files = rendering.tree("echodiary", **{**NEEDED, **MAIL})
    holding = [path for path, text in files.items() if "mail.test" in text]
    assert [path.rpartition("/")[2] for path in holding] == ["echodiary.env"]
    assert env_file.parse(files[holding[0]])["MAIL_URL"] == MAIL["echodiary_mail_url"]
    given = from_compose(compose_of("echodiary", **MAIL))
    assert isinstance(given, dict)
    environment = given["services"]["api"]["environment"]
    assert (environment["MAIL_FROM"], environment["PUBLIC_URL"]) == (MAIL["echodiary_mail_from"], MAIL["echodiary_public_url"])
    assert environment["CORS_ORIGINS"] == "https://a.test,https://b.test"


@pytest.mark.parametrize("missing", ["echodiary_mail_from", "echodiary_public_url"])
def test_mails_without_a_sender_or_a_place_for_links_are_refused(missing: str) -> None:
    with pytest.raises(Exception, match="echodiary_mail_url needs"):
        rendering.tree("echodiary", **{**NEEDED, **MAIL, missing: ""})
