# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL that nobody can reach and that ends by itself, and a dump restored into it: standard library only, for a host's half.

It is a container without a network: root of its host comes in through the server's socket, and a release that is to use it joins its
network namespace, in which there is nothing else. What it keeps is in a volume without a name, which Docker takes away with it.
"""
