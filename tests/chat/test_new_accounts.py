"""Making accounts: what it costs everybody else, and who cannot be made."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import IntegrityError, connection

from chat.actions.accounts import create_member, create_owner
from chat.models import User

in_transaction: list[bool] = []
"""Of each password that was hashed, whether a transaction was open meanwhile."""


class Watched(MD5PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        in_transaction.append(connection.in_atomic_block)
        return str(super().encode(password, salt))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_password_is_hashed(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Watched"]
    in_transaction.clear()
    create_owner("Olga Owner", "olga", "horns are loud at dawn")
    create_member("Dora Dahl", "dora", "three quiet geese")
    assert in_transaction == [False, False]
    olga, dora = User.objects.order_by("pk")
    assert olga.check_password("horns are loud at dawn")
    assert dora.check_password("three quiet geese")
    assert (olga.is_staff, olga.is_superuser) == (True, True)
    assert (dora.is_staff, dora.is_superuser) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_name_at_once_one_gets_it():
    create_member("Dora Dahl", "dora", "three quiet geese")
    with pytest.raises(IntegrityError):
        create_member("Dora Other", "DORA", "three quiet geese")
    assert User.objects.get_by_natural_key("Dora").name == "Dora Dahl"
