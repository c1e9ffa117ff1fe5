# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every module that works in a release's own place; plugin_utils/_inside/place.py reads them."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  image:
    description: The release's image. One of O(image) and O(virtualenv) is required.
    type: str
  virtualenv:
    description: A virtual environment on the host that has the release's requirements.
    type: path
  directory:
    description: Where O(config) is. The image's working directory by default; required with O(virtualenv).
    type: path
  config:
    description: Alembic's configuration file, seen from O(directory).
    type: str
    default: alembic.ini
  section:
    description: Section of O(config).
    type: str
    default: alembic
  python:
    description: The interpreter. C(python) in an image and C(bin/python) in a virtual environment by default.
    type: str
  env_file:
    description: A file on the host with the release's environment, as C(docker run --env-file) reads it.
    type: path
  environment:
    description:
      - Variables in addition to O(env_file). They go in on standard input, so that neither a process list nor C(docker inspect) shows them.
    type: dict
    default: {}
  network:
    description: Docker network of the container. Docker's default when not given.
    type: str
  volumes:
    description: Mounts of the container, such as certificates, as C(docker run --volume) takes them.
    type: list
    elements: str
    default: []
  docker_options:
    description: More options for C(docker run).
    type: list
    elements: str
    default: []
  pull:
    description:
      - Whether Docker may fetch the image. In check mode, too, since only the release can read its database.
    type: str
    choices: [missing, never, always]
    default: missing
"""
