"""Everything by keyboard alone: what has the focus is seen, and nothing keeps it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.desk_process import RealDesk
from tests.e2e.browser import Watch, axe_faults, open_context, shot
from tests.e2e.people import PASSWORD, halt_button, settle

FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const around = element.closest("label, .step-field, .segmented, [role=table]");
  const near = around && getComputedStyle(around);
  const marked = (style) => style &&
    ((style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
  const cell = element.firstElementChild && getComputedStyle(element.firstElementChild);
  const seen = marked(style) || marked(near) || (element.matches("tr") && marked(cell));
  const box = element.getBoundingClientRect();
  return {
    name: element.getAttribute("aria-label") || element.innerText || element.name || element.id,
    tag: element.tagName, seen: Boolean(seen), width: box.width, height: box.height,
  };
}"""


@pytest.fixture(scope="module")
def page(desk: RealDesk, browser: Browser) -> Iterator[Page]:
    """Logged in by keys: the name has no focus of its own, so Tab goes there."""
    context = open_context(browser, desk.url)
    page = context.new_page()
    watch = Watch(page, desk.url)
    page.goto("/")
    expect(page.get_by_label("Name")).to_be_visible()
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(halt_button(page)).to_be_visible()
    yield page
    assert watch.take() == []
    context.close()


def tab_to(page: Page, wanted: Locator, limit: int = 80) -> None:
    """Press Tab until the focus is there."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{limit} times Tab do not lead to {wanted}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def leave(page: Page) -> None:
    """Give the focus up, as a person who begins anew."""
    page.evaluate("document.activeElement?.blur()")


def test_the_workspaces(page: Page) -> None:
    page.goto("/trade")
    expect(page.locator("h1")).to_have_text("Trade")
    for key, path in {
        "h": "/home",
        "p": "/portfolio",
        "s": "/strategies",
        "o": "/ops",
        "t": "/trade",
    }.items():
        press(page, "g", key)
        expect(page).to_have_url(re.compile(rf"{path}(\?|$)"))
        expect(page.locator("h1")).to_have_count(1)


def test_the_palette(page: Page) -> None:
    page.goto("/home")
    settle(page)
    leave(page)
    press(page, "Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    assert axe_faults(page) == []
    shot(page, "keyboard/palette")
    page.keyboard.type("ledger")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1, name="Ledger")).to_be_visible()
    press(page, "Control+k")
    page.keyboard.type("jpm")
    press(page, "Enter")
    expect(page).to_have_url(re.compile("symbol=JPM"))
    press(page, "Control+k", "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_help(page: Page) -> None:
    page.goto("/home")
    settle(page)
    leave(page)
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl")
    assert axe_faults(page) == []
    shot(page, "keyboard/help")
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_rows_and_filter(page: Page) -> None:
    page.goto("/trade/instruments")
    settle(page)
    expect(page.locator("main [data-row]")).not_to_have_count(0)
    leave(page)
    press(page, "/")
    page.keyboard.type("xnas")
    rows = page.locator("main [data-row]")
    expect(rows).to_have_count(4)
    press(page, "Tab")
    leave(page)
    press(page, "j", "j", "k")
    expect(rows.nth(0)).to_be_focused()
    assert_focus_is_seen(page)
    press(page, "j", "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("AMD.XNAS")


def test_letters_are_letters_in_a_field(page: Page) -> None:
    page.goto("/trade/instruments")
    settle(page)
    leave(page)
    press(page, "/")
    page.keyboard.type("ghj?")
    expect(page).to_have_url(re.compile("/trade/instruments"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_is_seen_and_goes_on(page: Page) -> None:
    """From the first control through all of the page and out at its end."""
    for path in ("/trade", "/strategies", "/portfolio"):
        page.goto(path)
        settle(page)
        leave(page)
        names: list[str] = []
        for _ in range(140):
            press(page, "Tab")
            found = page.evaluate(FOCUS)
            if found is None:
                break
            assert found["seen"], f"{path}: no sign of the focus at {found}"
            assert found["width"] > 0, f"{path}: the focus is at what cannot be seen: {found}"
            names.append(str(found["name"]))
        else:
            raise AssertionError(f"{path}: the focus does not come out: {names[-10:]}")
        assert len(names) > 15, names
        assert "To the page" in names[0]


def test_the_halt_sheet(page: Page) -> None:
    """An instrument only: others use this desk."""
    page.goto("/trade?symbol=WMT.XNYS")
    expect(halt_button(page)).to_be_visible()
    tab_to(page, halt_button(page))
    press(page, "Enter")
    sheet = page.get_by_role("dialog", name="Halt trading")
    expect(sheet).to_be_visible()
    assert axe_faults(page) == []
    inside = "element => element.contains(document.activeElement) || document.activeElement === document.body"
    for _ in range(12):
        press(page, "Tab")
        assert sheet.evaluate(inside), "the focus leaves the sheet"
    press(page, "Escape")
    expect(sheet).to_have_count(0)
    expect(halt_button(page)).to_be_focused()
    press(page, "Enter")
    tab_to(page, sheet.get_by_role("combobox", name="Stop"))
    page.keyboard.type("Instrument")
    tab_to(page, sheet.get_by_label("Type HALT"))
    page.keyboard.type("HALT")
    press(page, "Enter")
    expect(sheet).to_contain_text("Confirmed: halted, and nothing is working: done")
    shot(page, "keyboard/halted")
    press(page, "Escape")
    expect(page.get_by_role("banner")).to_contain_text("HALTED")


def test_the_ticket(page: Page) -> None:
    page.goto("/trade?symbol=KO.XNYS")
    quantity = page.get_by_role("textbox", name="Quantity")
    expect(quantity).to_be_visible()
    tab_to(page, quantity)
    press(page, "ArrowUp", "ArrowUp", "Shift+ArrowUp")
    expect(quantity).to_have_value("12")
    tab_to(page, page.get_by_role("textbox", name="Limit price"))
    page.keyboard.type("2")
    review = page.get_by_role("button", name="Review buy order")
    expect(review).to_be_enabled()
    press(page, "Enter")
    send = page.get_by_role("button", name="Send buy order")
    expect(send).to_be_focused()
    assert_focus_is_seen(page)
    press(page, "Escape")
    expect(review).to_be_visible()
    tab_to(page, review)
    press(page, "Enter")
    expect(send).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("KO.XNYS")
    tab_to(page, page.get_by_role("tab", selected=True))
    press(page, "ArrowLeft")
    expect(page.get_by_role("tab", name="Working")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("table", name="Working orders")).to_contain_text("KO.XNYS")


def assert_focus_is_seen(page: Page) -> None:
    found = page.evaluate(FOCUS)
    assert found is not None
    assert found["seen"], found
