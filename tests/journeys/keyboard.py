"""A person without a mouse: Tab to what one wants, type, choose with the arrows, press Enter or space."""

import re

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 120
WHERE = "element => element === document.activeElement ? 'here' : element.isConnected ? 'elsewhere' : 'gone'"


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, wanted: Locator) -> None:
        """Tab until it has the focus; fails where Tab never gets there."""
        expect(wanted).to_be_visible()
        element = wanted.element_handle()
        for _ in range(MOST_TABS):
            found = element.evaluate(WHERE)
            if found == "here":
                return
            if found == "gone":  # the page put another in its place
                element = wanted.element_handle()
                continue
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {wanted}")

    def fill(self, label: str, text: str) -> None:
        self.into(self._field(label), text)

    def into(self, field: Locator, text: str) -> None:
        self.to(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def select(self, label: str, option: str) -> None:
        """Type the first letters of the option, as one does in a closed list."""
        field = self._field(label)
        self.to(field)
        self.page.keyboard.type(option)
        assert field.evaluate("list => list.selectedOptions[0].text").startswith(option)

    def tick(self, label: str) -> None:
        """A box, or the only radio button of a group that Tab reaches: the arrows go on from there."""
        field = self._field(label)
        if field.get_attribute("type") == "radio":
            self._among(field)
            return
        self.to(field)
        self.page.keyboard.press("Space")

    def press(self, role: str, name: str) -> None:
        """Enter on a link or button."""
        self.to(self.page.get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]
        self.page.keyboard.press("Enter")

    def answers(self, **digits: str) -> None:
        """The waiting test: a digit a question, each question's page by its address."""
        for question, digit in digits.items():
            self.page.wait_for_url(f"**/test/{question}")
            self.page.keyboard.press(digit)
            expect(self.page.locator(".choice input:checked")).to_have_count(1)
            self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/test/check")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/test/result")

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$"))

    def _among(self, radio: Locator) -> None:
        group = self.page.locator(f"input[type=radio][name={radio.get_attribute('name')}]")
        for _ in range(MOST_TABS):
            if group.evaluate_all("all => all.includes(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {radio}")
