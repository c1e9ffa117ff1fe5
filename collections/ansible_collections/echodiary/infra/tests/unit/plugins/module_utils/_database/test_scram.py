# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._database import scram
from ansible_collections.echodiary.infra.plugins.module_utils._database.errors import DatabaseError

#: RFC 7677, section 3; there the user is named, which PostgreSQL takes from the start of the session
CHALLENGE = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"


class Rfc(scram.Proof):
    def _bare(self) -> str:
        return "n=user,r=rOprNGfwEbeRWgbNEkqO"


def test_as_the_rfc_has_it() -> None:
    proof = Rfc("pencil", "rOprNGfwEbeRWgbNEkqO")
    assert proof.final(CHALLENGE).endswith(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    proof.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    with pytest.raises(DatabaseError, match="does not know the password"):
        proof.check("v=AAAA")


def test_an_answer_to_somebody_else_is_refused() -> None:
    with pytest.raises(DatabaseError, match="somebody else"):
        scram.Proof("pencil", "mine").final(CHALLENGE)


def test_a_verifier_is_not_the_password_and_never_the_same_twice() -> None:
    first, second = scram.verifier("pencil"), scram.verifier("pencil")
    assert first != second and "pencil" not in first
    assert first.startswith("SCRAM-SHA-256$4096:")


def test_letters_that_are_read_in_two_ways_are_refused() -> None:
    with pytest.raises(DatabaseError, match="ASCII"):
        scram.verifier("pässword")
