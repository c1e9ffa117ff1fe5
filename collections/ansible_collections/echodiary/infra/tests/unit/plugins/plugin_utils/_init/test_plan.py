# SPDX-License-Identifier: GPL-3.0-or-later
"""From answers to files: whole, quoted, kept where they are; and a second application beside the first."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._init import plan as plans
from ansible_collections.echodiary.infra.plugins.plugin_utils._init import words
from ansible_collections.echodiary.infra.plugins.plugin_utils._init.shapes import Answers, File, Host, Image
from hypothesis import given
from hypothesis import strategies as st

DIGEST = "sha256:" + "a" * 64
IMAGE = Image("ghcr.io/you/shop", "1.0", DIGEST)
HOSTS = [Host("203.0.113.10", {"ansible_user": "admin"}), Host("203.0.113.11", {"ansible_user": "admin"})]
SHOP = Answers("shop", IMAGE, 8080, HOSTS, "", ["shop.example.org"], [])
CART = SHOP._replace(app="cart", hosts=[], domains=["cart.example.org"])


def written(answers: Answers, existing: dict[str, str] | None = None) -> dict[str, str]:
    """The directory afterwards."""
    return {**(existing or {}), **{file.path: file.text for file in plans.plan(answers, existing or {})}}


def changed(answers: Answers, existing: dict[str, str]) -> list[str]:
    return [file.path for file in plans.plan(answers, existing) if file.text != file.before]


def loaded(files: dict[str, str], path: str) -> Any:
    return yaml.safe_load(files[path])


def test_an_empty_directory_gets_all_that_it_takes() -> None:
    files = written(SHOP)
    assert loaded(files, plans.HOSTS[0]) == {"app": {"hosts": {host.name: {"ansible_user": "admin"} for host in HOSTS}}}
    assert loaded(files, plans.COMPONENTS) == {"components": ["docker", "haproxy", "shop"]}
    assert loaded(files, plans.PIN) == {"shop_image": f"ghcr.io/you/shop@{DIGEST}"}
    assert loaded(files, "roles/shop/defaults/main.yml")["shop_domains"] == ["shop.example.org"]
    assert loaded(files, "roles/shop/component.yml")["release"]["service"] == "web"
    assert not [text for text in files.values() if "<<" in text]
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in files.values())


def test_every_variable_of_the_role_is_declared_as_it_is_set() -> None:
    for answers in (SHOP, SHOP._replace(migrate=["/app/migrate", "up 'all'"])):
        files = written(answers)
        options = loaded(files, "roles/shop/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
        assert {name: spec["default"] for name, spec in options.items() if not spec.get("required")} == loaded(
            files, "roles/shop/defaults/main.yml"
        )


def test_a_second_run_changes_nothing() -> None:
    files = written(SHOP)
    assert changed(SHOP, files) == []
    assert changed(SHOP._replace(port=9, image=IMAGE._replace(digest="sha256:" + "b" * 64)), files) == [], "what is there is theirs"


def test_what_is_there_stays_and_is_named() -> None:
    files = {"ansible.cfg": "[defaults]\n", "roles/shop/component.yml": "mine\n"}
    planned = {file.path: file for file in plans.plan(SHOP, files)}
    assert planned["ansible.cfg"].text == "[defaults]\n"
    said = list(words.lines(list(planned.values()), check=False))
    assert [line.split() for line in said if line.startswith("kept")] == [["kept", "ansible.cfg"], ["kept", "roles/shop/component.yml"]]


def test_a_second_application_adds_itself_and_changes_no_line() -> None:
    before = written(SHOP)
    before[plans.PIN] = before[plans.PIN].replace("\n---\n", "\n") + "# since Monday\n"
    after = written(CART, before)
    assert loaded(after, plans.COMPONENTS) == {"components": ["docker", "haproxy", "shop", "cart"]}
    assert loaded(after, plans.PIN) == {"shop_image": IMAGE.reference, "cart_image": IMAGE.reference}
    assert "# since Monday" in after[plans.PIN]
    assert loaded(after, "roles/cart/defaults/main.yml")["cart_ports"] == {"blue": 8003, "green": 8004}
    assert [path for path in before if after[path] != before[path]] == [plans.COMPONENTS, plans.PIN]
    assert changed(CART, after) == []


@pytest.mark.parametrize("made", ["components: \"{{ more + ['shop'] }}\"\n", "components:\n  - docker\n  - shop\n"])
def test_what_somebody_made_of_the_list_is_theirs(made: str) -> None:
    before = {**written(SHOP), plans.COMPONENTS: made}
    planned = {file.path: file for file in plans.plan(CART, before)}
    assert planned[plans.COMPONENTS] == File(plans.COMPONENTS, made, made, "add cart to components")
    said = "\n".join(words.afterwards(CART, list(planned.values()), "", check=False))
    assert f"{plans.COMPONENTS} was there already: add cart to components" in said


def test_hosts_that_an_inventory_lacks_are_named() -> None:
    before = written(SHOP)
    more = CART._replace(hosts=[*HOSTS, Host("203.0.113.1", {})])
    [hosts] = [file for file in plans.plan(more, before) if file.path == plans.HOSTS[0]]
    assert hosts.note == "add 203.0.113.1"


def test_two_that_want_every_request_are_refused() -> None:
    before = written(SHOP._replace(domains=[]))
    with pytest.raises(SpecError, match=r"shop gets every request .* add -e domains=cart\.example\.org"):
        plans.plan(CART._replace(domains=[]), before)
    assert changed(SHOP._replace(domains=[]), before) == []


def test_a_first_run_needs_hosts() -> None:
    with pytest.raises(SpecError, match="addresses is missing"):
        plans.plan(SHOP._replace(hosts=[]), {})


def test_aws_finds_hosts_by_their_tags() -> None:
    files = written(SHOP._replace(hosts=[], region="eu-central-1"))
    found = loaded(files, plans.HOSTS[1])
    assert (found["plugin"], found["regions"], found["filters"]["tag:Project"]) == ("amazon.aws.aws_ec2", ["eu-central-1"], "shop")
    assert plans.HOSTS[0] not in files


ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("registry", "region", "wanted"),
    [(ECR, "eu-central-1", {ECR: "ecr-login"}), (ECR, "", None), ("ghcr.io", "eu-central-1", None), (f"x{ECR}", "eu-central-1", None)],
)
def test_hosts_of_aws_log_in_to_ecr_as_what_they_are(registry: str, region: str, wanted: Any) -> None:
    answers = SHOP._replace(image=IMAGE._replace(repository=f"{registry}/shop"), region=region, hosts=[] if region else HOSTS)
    assert loaded(written(answers), plans.VARIABLES).get("docker_credential_helpers") == wanted


def test_a_registry_of_ecr_that_an_inventory_lacks_is_named() -> None:
    cart = CART._replace(image=IMAGE._replace(repository=f"{ECR}/cart"))
    [variables] = [file for file in plans.plan(cart, written(SHOP)) if file.path == plans.VARIABLES]
    assert variables.note.startswith(f"add {{{ECR}: ecr-login}} to docker_credential_helpers")


def test_hosts_of_aws_are_known_by_the_keys_that_provisioning_learned() -> None:
    found = loaded(written(SHOP._replace(hosts=[], region="eu-central-1")), plans.VARIABLES)
    assert "{{ inventory_dir }}/group_vars/all/known_hosts.txt" in found["ansible_ssh_extra_args"]
    assert "ansible_ssh_extra_args" not in loaded(written(SHOP), plans.VARIABLES)


@pytest.mark.parametrize(("plain", "wanted"), [(True, ["ghcr.io"]), (False, None)])
def test_a_registry_without_tls_is_allowed_by_name(plain: bool, wanted: Any) -> None:
    assert loaded(written(SHOP._replace(plain=plain)), plans.VARIABLES).get("docker_insecure_registries") == wanted


def test_a_registry_without_tls_that_an_inventory_lacks_is_named() -> None:
    [variables] = [file for file in plans.plan(CART._replace(plain=True), written(SHOP)) if file.path == plans.VARIABLES]
    assert variables.note.startswith("add ghcr.io to docker_insecure_registries")


def test_an_image_that_nobody_resolved_is_pinned_by_its_tag_and_the_way_to_the_digest_is_said() -> None:
    answers = SHOP._replace(image=IMAGE._replace(digest=""))
    files = plans.plan(answers, {})
    assert yaml.safe_load(files[-1].text) == {"shop_image": "ghcr.io/you/shop:1.0"}
    said = "\n".join(words.afterwards(answers, files, "ghcr.io does not answer", check=False))
    assert "ansible-playbook echodiary.infra.deploy -e component=shop -e release=1.0" in said


def test_a_check_says_what_would_be_and_no_next_command_that_needs_it() -> None:
    files = plans.plan(SHOP, {})
    assert {line.split("  ")[0] for line in words.lines(files, check=True)} == {"would write"}
    assert "site.yml" not in "".join(words.afterwards(SHOP, files, "", check=True))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=4))
def test_the_words_of_a_command_arrive_as_they_were_typed(command: list[str]) -> None:
    files = written(SHOP._replace(migrate=command))
    assert loaded(files, "roles/shop/defaults/main.yml")["shop_migrate_command"] == command
    options = loaded(files, "roles/shop/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert options["shop_migrate_command"]["default"] == command
    assert re.search(r"command: \"{{ shop_migrate_command }}\"", files["roles/shop/component.yml"])


def test_alembic_is_asked_in_the_releases_own_python() -> None:
    release = loaded(written(SHOP._replace(migrate=["alembic"])), "roles/shop/component.yml")["release"]
    assert release["migrate"] == {"env_file": "shop.env"}
