"""What the other tests look for is found where it is: a page with every fault that they deny."""

from playwright.sync_api import Browser

from tests.desk_process import RealDesk
from tests.e2e.browser import Watch, axe_faults, open_context, overflow

BAD = """
<html><head><title></title></head><body>
<img src="/missing.png"><p style="color:#777;background:#888;width:3000px">hardly seen</p>
<style>@import url("https://elsewhere.example/style.css");</style>
</body></html>
"""


def test_every_fault_is_found(desk: RealDesk, browser: Browser) -> None:
    context = open_context(browser, desk.url)
    page = context.new_page()
    page.route("https://elsewhere.example/**", lambda route: route.abort())
    watch = Watch(page, desk.url)
    page.goto("/")
    assert (watch.take(), overflow(page), axe_faults(page)) == ([], 0, [])
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.isOurs = true";
      document.body.append(script);
      console.warn("a warning");
      setTimeout(() => { window.hasFailed = true; throw new Error("a failure"); });
    }""")
    page.wait_for_function("window.hasFailed")
    page.goto("about:blank")
    page.set_content(BAD, wait_until="load")
    found = " ".join(watch.take())
    for part in ("a warning", "a failure", "CSP: script-src", "another origin: https://elsewhere.example"):
        assert part in found, (part, found)
    assert overflow(page) > 1_000
    rules = " ".join(axe_faults(page))
    for rule in ("image-alt", "document-title", "html-has-lang", "color-contrast"):
        assert rule in rules, (rule, rules)
    context.close()
