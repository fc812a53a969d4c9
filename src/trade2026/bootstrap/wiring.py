"""Joins the desk: configuration and adapters in, the bundle of services out."""

import random
from functools import cache, partial

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.retired import SqliteRetiredIndex
from trade2026.application.services import Services
from trade2026.bootstrap.clock import SystemClock, pause
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.data import DataFinder
from trade2026.bootstrap.home import DiskFolders, load_head_key
from trade2026.bootstrap.strategies import StrategyFinder
from trade2026.bootstrap.venues import load_venues
from trade2026.bootstrap.version import code_version


def make_services(config: Config) -> Services:
    """The services of a desk on this machine; nothing is written before a use case asks for it."""
    calendars, clock = Calendars(), SystemClock()
    data = DataFinder(calendars, config.home)
    return Services(
        home=config.home,
        clock=clock,
        calendars=calendars,
        strategies=StrategyFinder(),
        data=data,
        shelf=data.shelf,
        folders=DiskFolders(),
        open_storage=DiskStorage,
        open_private=partial(DiskStorage, private=True),
        head_key=cache(lambda: load_head_key(config.home)),
        make_random=random.Random,
        code_version=cache(code_version),
        open_retired=SqliteRetiredIndex,
        pause=pause,
        live_venues=partial(load_venues, config.home, clock),
    )
