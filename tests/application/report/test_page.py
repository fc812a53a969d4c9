"""The page is one well-formed, self-contained document, whatever the names say, and hides nothing it cuts."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest

from tests.application.report.sample import HOSTILE, daily_report, intraday_report
from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.tear_sheet import TearSheetInput, tear_sheet
from trade2026.application.report import Benchmark, RunReport, render_report
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS

VOID = {"meta", "img", "br", "path", "line"}


class Document(HTMLParser):
    """Elements, attributes and text of a page; raises when a tag is closed that was not open."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def daily() -> str:
    return render_report(daily_report())


def test_it_is_well_formed_and_says_what_ran(daily: str) -> None:
    document = Document(daily)
    assert document.open == []
    text = " ".join(document.text)
    for word in (
        "Cross-sectional momentum",
        "lookback_months",
        "sp500: 20 stocks",
        "1990-01-02",
        "0.1.0+g1a2b3c4",
    ):
        assert word in text, word
    assert "Hand-picked survivors" in text
    assert "9f86d081884c7d659a2feaa0c55ad015" in text


def test_it_asks_for_nothing_from_outside(daily: str) -> None:
    document = Document(daily)
    for tag, attributes in document.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}, tag
        assert not {"src", "href", "srcset", "action", "xlink:href"} & set(attributes), tag
    assert "url(" not in daily
    assert "@import" not in daily
    assert not re.search(r"https?://", daily)


def test_only_its_own_script_may_run(daily: str) -> None:
    document = Document(daily)
    policy = next(meta["content"] for meta in document.all("meta") if "http-equiv" in meta)
    assert policy is not None
    assert len(document.scripts) == 1
    digest = base64.b64encode(hashlib.sha256(document.scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_hostile_names_stay_text() -> None:
    """The same elements as with harmless names, and the name in full in every place it was put."""
    harmless = Document(render_report(daily_report(years=2, trades=5)))
    hostile = Document(render_report(daily_report(years=2, trades=5, hostile=HOSTILE)))
    assert hostile.open == []

    def shape(document: Document) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(sorted(attributes))) for tag, attributes in document.tags]

    assert shape(hostile) == shape(harmless)
    assert hostile.scripts == harmless.scripts
    text = "\n".join(hostile.text)
    assert text.count(HOSTILE) >= 5 * 11 + 10


def test_tooltip_data_is_json_of_the_curve(daily: str) -> None:
    charts = [json.loads(attributes["data-points"] or "") for tag, attributes in Document(daily).tags if
              tag == "div" and "data-points" in attributes]  # fmt: skip
    report = daily_report()
    equity = charts[0]
    assert equity["names"] == ["Equity", "Equal weight, 20 stocks"]
    assert len(equity["t"]) == len(equity["x"]) == len(equity["values"][0]) == len(equity["values"][1])
    assert max(equity["values"][0]) == pytest.approx(report.curve.equity.max(), rel=1e-7)
    assert equity["values"][1][0] == pytest.approx(report.curve.equity[0]), "rebased to the same start"
    assert min(charts[1]["values"][0]) == pytest.approx(-(report.tear_sheet.max_drawdown or 0), rel=1e-7)


def test_every_chart_is_described_and_every_table_has_headers(daily: str) -> None:
    document = Document(daily)
    ids = {attributes["id"] for _, attributes in document.tags if "id" in attributes}
    for svg in document.all("svg"):
        assert set((svg["aria-labelledby"] or "").split()) <= ids
    assert len(document.all("title")) == 3, "the page and two charts"
    assert len(document.all("desc")) == 2
    tables = len(document.all("table"))
    assert tables >= 8
    assert all(attributes.get("scope") in {"col", "row"} for attributes in document.all("th"))


def test_long_tables_say_what_they_leave_out() -> None:
    page = render_report(daily_report(years=3, trades=2_345))
    assert "The last 2,000 of 2,345 round trips; the first 345 are left out here" in page
    assert "The last 2,000 of 2,345 fills; the first 345 are left out here" in page
    assert page.count("<tr>") < 4_100
    assert "All 5 round trips" in render_report(daily_report(years=3, trades=5))


def test_what_costs_leave_out_stands_beside_them(daily: str) -> None:
    assert "Commissions only" not in daily
    note = "Commissions only: spread is in the prices."
    page = render_report(replace(daily_report(years=2, trades=5), costs_note=note))
    assert "of traded; commissions only: spread is in the prices</span>" in page
    card = page[page.index("<h2>Costs</h2>") :]
    assert card.startswith(f'<h2>Costs</h2><p class="note">{note}</p>')


def test_trades_within_a_day_carry_their_time_also_where_marks_are_daily() -> None:
    report = daily_report(years=2, trades=5)
    first = report.fills[0]
    assert "21:00" not in render_report(report).split("<h2>Round trips</h2>")[2]
    again = replace(
        report, fills=(*report.fills, msgspec.structs.replace(first, ts_ns=first.ts_ns + 60 * 10**9))
    )
    assert "21:01</td>" in render_report(again)


def test_undefined_figures_show_their_reason() -> None:
    page = render_report(intraday_report())
    assert "there are no closed round trips" in page
    assert "No costs were charged." in page
    assert "There are no fills." in page
    assert not re.search(r"\bnan\b", page.lower())
    assert "extrapolated from 2 days" in page


@pytest.mark.parametrize(
    "equity", [[100.0], [100.0, 100.0], [100.0, 0.0, 50.0], [100.0, 90.0, -10.0], [5.0, 5e9]]
)
def test_strange_curves_still_make_a_page(equity: list[float]) -> None:
    curve = EquityCurve(np.arange(1, len(equity) + 1, dtype=np.int64) * DAY_NS, np.array(equity))
    report = replace(
        intraday_report(marks=2),
        curve=curve,
        tear_sheet=tear_sheet(TearSheetInput(curve=curve, periods_per_year=365)),
    )
    page = render_report(report)
    assert Document(page).open == []
    assert not re.search(r"[\s\"'>,]-?(nan|inf)[\s\"'<,%]", page)


def test_flat_minutes_make_a_page() -> None:
    assert Document(render_report(intraday_report(is_flat=True))).open == []


def test_the_same_report_gives_the_same_page(daily: str) -> None:
    assert render_report(daily_report()) == daily


def test_the_report_refuses_what_does_not_belong_together() -> None:
    report = daily_report(years=2, trades=1)
    with pytest.raises(InputError, match="compute it from the same curve"):
        replace(report, curve=intraday_report(marks=5).curve)
    with pytest.raises(InputError, match="benchmark level must have"):
        replace(report, benchmark=Benchmark("b", np.ones(3)))
    with pytest.raises(InputError, match=r"above zero, was 0\.0"):
        replace(report, benchmark=Benchmark("b", np.zeros(report.ts_ns.size)))


def test_types_are_exported() -> None:
    assert isinstance(daily_report(years=2, trades=1), RunReport)
