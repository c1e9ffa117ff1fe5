#!/bin/sh
# Writes a minimal Debian as a tar archive to standard output; messages go to standard error. Needs root.
set -eu
suite=$1
tree=$(mktemp -d /var/tmp/lab-rootfs.XXXXXX)
trap 'rm -rf "$tree"' EXIT INT TERM
debootstrap --variant=minbase "$suite" "$tree" >&2
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/cache/apt/*.bin "$tree"/var/lib/apt/lists/* \
  "$tree"/var/log/*.log "$tree"/var/log/apt \
  "$tree"/usr/share/man/* "$tree"/usr/share/info/* "$tree"/usr/share/lintian/*
find "$tree"/usr/share/locale -mindepth 1 -maxdepth 1 ! -name locale.alias -exec rm -rf {} +
find "$tree"/usr/share/doc -type f ! -name copyright -delete
rm -f "$tree"/etc/machine-id && : > "$tree"/etc/machine-id
tar -C "$tree" --numeric-owner -c .
