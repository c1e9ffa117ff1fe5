# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import model

from tests.integration import lab_images
from tests.integration.report import planted, recorded, weeks


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With two weeks in it; its image is the lab's."""
    lab_images.service("prometheus")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    with recorded.prometheus(tmp_path_factory.mktemp("recorded"), port) as url:
        yield url


@pytest.fixture(scope="session")
def bad(prometheus: str) -> model.Report:
    return weeks.report(prometheus, planted.END)


@pytest.fixture(scope="session")
def quiet(prometheus: str) -> model.Report:
    return weeks.report(prometheus, planted.QUIET_END)
