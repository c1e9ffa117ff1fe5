# SPDX-License-Identifier: GPL-3.0-or-later
"""Git: what is checked out, what is desired, and whether it is signed. The desired commit gets a checkout of its own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import git as asked

from gitops.errors import GitopsError


class GitError(GitopsError):
    """Git could not do it; the message is git's."""


def git(root: Path, *words: str, timeout: float = asked.TIMEOUT) -> str:
    """What git says; bytes that are no UTF-8 come through and back (surrogateescape), as in names of files."""
    return git_bytes(root, *words, timeout=timeout).decode(errors="surrogateescape")


def git_bytes(root: Path, *words: str, timeout: float = asked.TIMEOUT) -> bytes:
    try:
        return asked.ask(root, *words, timeout=timeout)
    except asked.GitFailedError as error:
        raise GitError(str(error)) from error


def desired(root: Path) -> str:
    """The commit, and a fingerprint of what is changed but not committed: both decide what would be applied."""
    commit = git(root, "rev-parse", "HEAD").strip()
    changed = git_bytes(root, "diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv")
    untracked = [name for name in git_bytes(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0") if name]
    if not changed and not untracked:
        return commit
    digest = hashlib.sha256(changed)
    for name in sorted(untracked):
        digest.update(name)
        digest.update(_content(root / os.fsdecode(name)))
    return f"{commit}+{digest.hexdigest()[:12]}"


def _content(path: Path) -> bytes:
    try:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise GitError(f"{path} cannot be read ({error.strerror}), so nobody can say what would be applied; commit or remove it") from error


def fetch(root: Path, remote: str, branch: str, timeout: float = asked.TIMEOUT) -> str:
    """The newest commit of the branch at the remote."""
    git(root, "fetch", "--quiet", "--no-tags", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}", timeout=timeout)
    return git(root, "rev-parse", f"refs/remotes/{remote}/{branch}").strip()


def check_signature(root: Path, commit: str, allowed_signers: Path) -> None:
    """The commit carries a good SSH signature of somebody the file names."""
    if not allowed_signers.is_file():
        raise GitError(f"allowed_signers {allowed_signers} does not exist; write one line per person: name@example ssh-ed25519 AAAA…")
    try:
        git(root, "-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed_signers}", "verify-commit", commit)
    except GitError as error:
        raise GitError(f"commit {commit[:8]} is not signed by anybody in {allowed_signers.name}; it is not applied") from error


def checkout(root: Path, commit: str, directory: Path) -> Path:
    """A worktree of exactly this commit beside nobody's feet. What is in the way there is ours and goes."""
    if (directory / ".git").exists():
        git(directory, "checkout", "--quiet", "--force", "--detach", commit)
        git(directory, "clean", "-fdxq")
        return directory
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    git(root, "worktree", "prune")
    git(root, "worktree", "add", "--quiet", "--force", "--detach", str(directory), commit)
    return directory
