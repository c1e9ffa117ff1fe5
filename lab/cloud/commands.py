# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/aws.md, word for word: the page shows them, the lab runs them. Pure."""

from __future__ import annotations

INVENTORY = "inventories/production"
REGISTRY = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/echodiary"
#: what stands on the page for the digest that building an image has printed
DIGEST = "sha256:…"

LOOK = f"ansible-playbook -i {INVENTORY} playbooks/provision.yml --check"
PROVISION = f"ansible-playbook -i {INVENTORY} playbooks/provision.yml"
GRAPH = f"ansible-inventory -i {INVENTORY} --graph"
IMAGE = f"make image IMAGE_TAG=v1 IMAGE_REPOSITORY={REGISTRY}"
PIN = (
    f"ansible-playbook -i localhost, playbooks/pin.yml -e image={REGISTRY}@{DIGEST} -e pin_file=$PWD/{INVENTORY}/group_vars/all/release.yml"
)
CONVERGE = f"ansible-playbook -i {INVENTORY} site.yml"
NEXT_IMAGE = f"make image IMAGE_TAG=v2 IMAGE_REPOSITORY={REGISTRY}"
DEPLOY = f"ansible-playbook -i {INVENTORY} playbooks/deploy.yml -e release=v2"
SMOKE = f"ansible-playbook -i {INVENTORY} playbooks/smoke.yml"
CONVERGED = f"ansible-playbook -i {INVENTORY} site.yml --check"
TEAR_LOOK = f"ansible-playbook -i {INVENTORY} playbooks/teardown.yml --check"
TEAR_DOWN = f"ansible-playbook -i {INVENTORY} playbooks/teardown.yml -e confirm=production"

#: in the order of the page
ALL = (LOOK, PROVISION, GRAPH, IMAGE, PIN, CONVERGE, NEXT_IMAGE, DEPLOY, SMOKE, CONVERGED, TEAR_LOOK, TEAR_DOWN)
