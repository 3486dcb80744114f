"""How a page looks to all its readers: nothing wider than the window, and no accessibility rule broken.

A page is loaded once and looked at wide and light, then narrow and dark: what it does about either, its stylesheet does.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = (1280, "light"), (320, "dark")
_AXE = Axe().axe_script
_RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
_UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def looks_right(page: Page) -> None:
    """In the window as it is."""
    assert not page.evaluate(_TOO_WIDE), f"{page.url} is wider than {page.viewport_size}"
    assert [(page.url, page.viewport_size, each["id"], each["nodes"][0]["html"]) for each in broken(page)] == []


def looks_right_to_all(page: Page, *, unfolded: bool = False) -> None:
    """With `unfolded`, what is folded away counts too. Leaves the window wide and light."""
    if unfolded:
        page.evaluate(_UNFOLD)
    for width, scheme in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        looks_right(page)


def broken(page: Page) -> list[dict[str, Any]]:
    """What axe finds. Its script is large: a page is given it once."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE)
    return page.evaluate(_RUN)
