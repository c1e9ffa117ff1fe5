# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to lie in a drawer: with the account and its secrets gone, nothing else opens a backup."""

from __future__ import annotations

from .config import Config


def sheet(config: Config) -> str:
    """It holds the password: for a terminal, and for paper."""
    keys = config["access_key"] or "of the instance's role: write down a key of a user that may read the bucket"
    jobs = ", ".join(sorted(config["jobs"])) or "none on this host"
    return f"""\
Backups of environment {config["environment"]}. Keep this where neither the account nor its secrets are needed.

  repository  {config["repository"]}
  password    {config["password"]}
  access key  {keys}
  jobs        {jobs}

On any machine with restic 0.17 or newer:
  export RESTIC_REPOSITORY=… RESTIC_PASSWORD=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
  restic snapshots
  restic dump latest --tag <job> /<job>.dump > <job>.dump     # a database; then pg_restore
  restic restore latest --tag <job> --target <directory>      # files"""
