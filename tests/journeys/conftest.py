"""A browser for whole tasks. A page that logs an error, or breaks the Content-Security-Policy, fails its test."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from inventory.models import Person
from tests import browser as browsers

# Playwright runs an event loop in this thread; Django would refuse its own fixtures there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
EXPECTED = ("status of 403", "status of 409", "status of 422", "status of 429")  # the answers to refused forms
SignIn = Callable[[Page, Person], Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = browsers.found()
    if path is None:
        pytest.skip("no browser: install Chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(browsers.ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Make pages with settings of one's own: `open_page(java_script_enabled=False)`, `open_page(color_scheme="dark")`."""
    errors: list[str] = []
    contexts = []

    def make(**options: Any) -> Page:
        given = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=live_server.url, **given)
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.extend(_wrong(message)))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A window of 1280 × 800, nobody signed in."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport={"width": 390, "height": 844})


@pytest.fixture
def plain(open_page: Callable[..., Page]) -> Page:
    """A browser without JavaScript."""
    return open_page(java_script_enabled=False)


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    def signed_in(page: Page, person: Person) -> Page:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return signed_in


def _wrong(message: ConsoleMessage) -> list[str]:
    is_expected = any(part in message.text for part in EXPECTED)
    return [message.text] if message.type == "error" and not is_expected else []
