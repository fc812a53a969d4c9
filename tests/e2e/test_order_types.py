"""Orders that the core holds, on the page: asked for, shown, and their life read from the journal."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.desk_process import RealDesk, start_desk
from tests.e2e.browser import Watch, axe_faults, open_context, overflow, shot
from tests.e2e.people import PASSWORD, Api, blotter_tab, fill_ticket, last_price, log_in, settle

REPLAY: Final = {"start": "2012-01-03", "speed": 20, "is_paused": True}
WIDTH: Final = 390


@pytest.fixture(scope="module")
def fresh() -> Iterator[RealDesk]:
    with start_desk(replay=REPLAY, web={"reads_per_s": 0, "logins_per_s": 0}) as desk:
        api = Api(desk.url, "admin", desk.password)
        api.post("/auth/password", {"current_password": desk.password, "new_password": PASSWORD})
        api.close()
        yield desk


@pytest.fixture(scope="module")
def page(fresh: RealDesk, browser: Browser) -> Iterator[Page]:
    context = open_context(browser, fresh.url)
    page = context.new_page()
    watch = Watch(page, fresh.url)
    watch.pardoned = ("orders/999999",)  # The browser notes the order that does not exist.
    log_in(page, "admin", PASSWORD, "/trade")
    step(page)  # So that there is a price.
    yield page
    assert watch.take() == []
    context.close()


def step(page: Page) -> None:
    clock = page.locator(".clock-date")
    before = clock.inner_text()
    page.get_by_role("group", name="Replay").get_by_role("button", name="One step").click()
    expect(clock).not_to_have_text(before)


def orders(page: Page) -> Locator:
    return page.get_by_role("table", name="Orders").get_by_role("row").filter(has_text="admin")


def send(page: Page, side: str = "buy") -> None:
    page.get_by_role("button", name=f"Review {side} order").click()
    expect(page.get_by_role("form", name="Review the order")).to_be_visible()


def test_a_stop_is_asked_for_and_held(page: Page) -> None:
    price = last_price(page)
    page.get_by_role("combobox", name="Type").select_option("STOP")
    expect(page.get_by_role("combobox", name="Type")).to_contain_text("Stop (by the core)")
    page.get_by_role("textbox", name="Quantity").fill("100")
    page.get_by_role("textbox", name="Trigger price").fill(f"{price * 0.9:.3f}")
    preview = page.locator(".preview")
    expect(preview).to_contain_text("Refused")  # It would be met at once.
    shot(page, "orders/01-stop-refused")
    page.get_by_role("textbox", name="Trigger price").fill(f"{price * 1.2:.3f}")
    expect(preview).to_contain_text("the venue would not know of it before")
    page.get_by_role("combobox", name="Time in force").select_option("GTD")
    expect(page.get_by_label("Ends (UTC, trading time)")).to_have_value(re.compile("2012-01-"))
    expect(preview).to_contain_text("Would be taken")
    shot(page, "orders/02-stop")
    assert axe_faults(page) == []
    send(page)
    review = page.get_by_role("form", name="Review the order")
    expect(review).to_contain_text("while it is down")
    expect(review).to_contain_text("Triggered by")
    shot(page, "orders/03-review")
    page.keyboard.press("Enter")
    row = orders(page).first
    expect(row).to_contain_text("Held")
    expect(row.locator(".status")).to_have_attribute("title", re.compile("while the core is down"))


def test_its_life_is_read_from_the_journal(page: Page) -> None:
    orders(page).first.get_by_role("button", name="Life of order").click()
    life = page.get_by_role("dialog")
    expect(life).to_contain_text("Held by the core")
    expect(life).to_contain_text("limits version")
    expect(life.get_by_role("list", name="What happened").get_by_role("listitem")).to_have_count(1)
    assert "order=" in page.url
    shot(page, "orders/04-held-life")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    expect(life).to_have_count(0)
    assert "order=" not in page.url


def test_a_held_order_is_replaced_and_canceled_at_once(page: Page) -> None:
    row = orders(page).first
    row.get_by_role("button", name="Replace order").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="New limit price")).to_have_count(0)
    trigger = dialog.get_by_role("textbox", name="New trigger price")
    trigger.press("ArrowUp")
    moved = trigger.input_value()
    dialog.get_by_role("button", name="Replace order").click()
    expect(row).to_contain_text(f"Stop {moved}")
    row.get_by_role("button", name="Cancel order").click()
    expect(row).to_contain_text("Canceled")


def test_a_bracket_from_ticket_to_settlement(page: Page) -> None:
    price = last_price(page)
    page.get_by_role("combobox", name="Type").select_option("LIMIT")
    page.get_by_role("combobox", name="Time in force").select_option("DAY")
    fill_ticket(page, "100", f"{price * 1.05:.3f}")
    page.get_by_text("Take profit, stop loss").click()
    page.get_by_role("textbox", name="Take profit").fill(f"{price:.3f}")
    expect(page.get_by_text("Must be above the limit price")).to_be_visible()
    page.get_by_role("textbox", name="Take profit").fill(f"{price * 1.5:.3f}")
    page.get_by_role("textbox", name="Stop loss").fill(f"{price * 0.5:.3f}")
    expect(page.locator(".preview")).to_contain_text("Would be taken")
    shot(page, "orders/05-bracket")
    assert axe_faults(page) == []
    send(page)
    expect(page.get_by_role("form", name="Review the order")).to_contain_text("Stop loss")
    shot(page, "orders/06-bracket-review")
    page.get_by_role("button", name="Send buy order").click()
    blotter_tab(page, "Working").click()
    working = page.get_by_role("table", name="Working orders").get_by_role("row").filter(has_text="admin")
    expect(working).to_have_count(3)
    expect(working.filter(has_text="Held")).to_have_count(2)
    step(page)
    expect(working).to_have_count(2)
    expect(working.filter(has_text="Held")).to_have_count(1)
    expect(working.filter(has_text="New")).to_have_count(1)
    shot(page, "orders/07-armed")
    blotter_tab(page, "Orders").click()
    filled = orders(page).filter(has_text="Filled")
    expect(filled).to_have_count(1)
    filled.press("Enter")
    life = page.get_by_role("dialog")
    expect(life).to_contain_text("Booked")
    expect(life).to_contain_text("reference price")
    expect(life.locator(".life-seq").first).to_have_text(re.compile(r"#\d+"))
    shot(page, "orders/08-life")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")


def test_a_life_has_an_address_of_its_own(page: Page) -> None:
    page.goto("/trade?order=1")
    settle(page)
    expect(page.get_by_role("dialog", name="Order 1")).to_contain_text("Canceled")
    page.goto("/trade?order=999999")
    expect(page.get_by_role("dialog", name="Order 999999")).to_contain_text("there is no order 999999")
    shot(page, "orders/09-no-order")


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": WIDTH, "height": 800})
    page.goto("/trade?order=2")
    settle(page)
    expect(page.get_by_role("dialog", name="Order 2")).to_contain_text("Filled")
    assert overflow(page) == 0
    shot(page, "orders/10-phone-life")
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Ticket").check(force=True)
    page.get_by_role("combobox", name="Type").select_option("TRAILING_STOP")
    page.get_by_text("More terms").click()
    assert overflow(page) == 0
    shot(page, "orders/11-phone-ticket")
