"""`manage.py sign_in_link USER`"""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from inventory.models import Action, Person


def printed(capsys, user: str) -> str:
    call_command("sign_in_link", user)
    return capsys.readouterr().out.strip()


def test_prints_a_link_that_signs_in_once(ed: Person, client: Client, capsys, settings) -> None:
    settings.SITE_URL = "https://batchline.example"
    address = printed(capsys, ed.email.upper())
    assert address.startswith("https://batchline.example/link/")
    path = address.removeprefix("https://batchline.example")
    assert client.post(path, {}).status_code == 302
    assert client.session["_auth_user_id"] == str(ed.pk)
    assert Client().post(path, {}).status_code == 410
    action = Action.objects.order_by("seq")[0]
    assert (action.kind, action.actor_kind, action.actor_id) == ("people.sign_in_link", "command", "sign_in_link")


@pytest.mark.parametrize("user", ["nobody@example.test", ""])
def test_unknown_user_is_an_error_that_names_it(ed: Person, user: str) -> None:
    with pytest.raises(CommandError, match="No active account has the e-mail"):
        call_command("sign_in_link", user)


def test_somebody_switched_off_is_an_error(ed: Person) -> None:
    Person.objects.update(is_active=False)
    with pytest.raises(CommandError, match="No active account"):
        call_command("sign_in_link", ed.email)
