"""The page of the simulated market, drawn by code of its own."""

from typing import Final

from trade2026.application.pages.spec import Kind, PageSpec, Role, Workspace

SIM: Final = PageSpec(
    page_id="sim",
    workspace=Workspace.SIM,
    path="/sim",
    title="Simulated market",
    doc="PRISM's books as they live, their figures, its traders, what may befall it, and how real it is.",
    kind=Kind.CUSTOM,
    order=10,
    role=Role.VIEWER,
    keywords=("prism", "simulation", "order book", "heat map", "agents", "scenario", "crash", "scorecard"),
    sources={},
    layout=(),
)

PAGES: Final = (SIM,)
