"""How a page looks to all its readers: nothing wider than the window, and no accessibility rule broken.

What a page does about a width or about the dark, its stylesheet does: it is loaded once for both. Every day a page is
looked at narrow, where most can break, and the first of each list wide too; `make soak` looks at all of them both ways.
"""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = (1280, "light"), (320, "dark")
_BY_TURNS = ((320, "light"), NARROW)
_AXE = Axe().axe_script
_RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
_UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def looks_right(page: Page, *, unfolded: bool = False) -> None:
    """In the window as it is. With `unfolded`, what is folded away counts too."""
    if unfolded:
        page.evaluate(_UNFOLD)
    assert not page.evaluate(_TOO_WIDE), f"{page.url} is wider than {page.viewport_size}"
    found = [(each["id"], each["nodes"][0]["html"]) for each in broken(page)]
    assert not found, f"{page.url} at {page.viewport_size}: {found}"


def looks_right_to_all(page: Page, *, whole: bool = True, unfolded: bool = False) -> None:
    """Narrow in the dark, and if `whole` wide in the light; leaves the window so."""
    for way in (NARROW, WIDE) if whole else (NARROW,):
        turn(page, way)
        looks_right(page, unfolded=unfolded)


def all_look_right(page: Page, paths: Sequence[str], *, whole: bool, unfolded: bool = False) -> None:
    """Not `whole`, only the first is looked at both ways; the others narrow, in the light and in the dark by turns."""
    page.add_init_script(_AXE)  # sent once for all of them
    for path, way in zip(paths, cycle(_BY_TURNS)):
        if whole or path == paths[0]:
            page.goto(path)
            looks_right_to_all(page, unfolded=unfolded)
        else:
            turn(page, way)
            page.goto(path)
            looks_right(page, unfolded=unfolded)


def turn(page: Page, way: tuple[int, str]) -> None:
    width, scheme = way
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)


def broken(page: Page) -> list[dict[str, Any]]:
    """What axe finds. Its script is large: a page is given it once."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE)
    return page.evaluate(_RUN)
