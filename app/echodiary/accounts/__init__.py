"""Accounts: who somebody is, and how they come in."""
