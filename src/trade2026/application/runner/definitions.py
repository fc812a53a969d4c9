"""Which strategies may be run over the line: those that ship, and files in the desk's folder `strategies`."""

from typing import Final

from trade2026.application.parameters import parse_parameters
from trade2026.application.services import Services, StrategyDefinition
from trade2026.application.strategy_runs import parameter_pairs
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError

FOLDER: Final = "strategies"


def strategy_names(services: Services) -> tuple[str, ...]:
    """Names to choose from: shipped ones, then files as "NAME.py"."""
    return (*services.strategies.names(), *_files(services))


def strategy_id(services: Services, name: str) -> str:
    """What names runs of the strategy; nothing of a user's file is run to tell.

    Raises
    ------
    InputError
        There is no such strategy, or the class in its file is not named.
    """
    if name in services.strategies.names():
        return services.strategies.find(name).strategy_id
    file, colon, class_name = name.partition(":")
    if file not in _files(services):
        raise InputError(
            f"strategy must be one of {', '.join(strategy_names(services))}, was {name!r}; a file of your "
            f"own goes into {services.home}/{FOLDER}"
        )
    return (class_name if colon else file.removesuffix(".py"))[:32]


def find_definition(services: Services, name: str) -> StrategyDefinition:
    """The strategy of a name; runs the user's file where it is one, so only in a child process."""
    strategy_id(services, name)
    if name in services.strategies.names():
        return services.strategies.find(name)
    return services.strategies.find(f"{services.home}/{FOLDER}/{name}")


def check_request(services: Services, name: str, parameters: str) -> None:
    """Cheap checks of a name and its parameters (a JSON object); a file's are left to its own process."""
    pairs = parameter_pairs(parameters)
    strategy_id(services, name)
    if name in services.strategies.names():
        parse_parameters(services.strategies.find(name).parameters_type, pairs, name)


def make_strategy(services: Services, name: str, parameters: str) -> Strategy:
    """The strategy with its parameters; only in a child process."""
    definition = find_definition(services, name)
    return definition.make(
        parse_parameters(definition.parameters_type, parameter_pairs(parameters), definition.name)
    )


def _files(services: Services) -> tuple[str, ...]:
    folder = f"{services.home}/{FOLDER}"
    if not services.folders.exists(folder):
        return ()
    storage = services.open_storage(folder)
    try:
        return tuple(name for name in storage.names() if name.endswith(".py") and not name.startswith("_"))
    finally:
        storage.close()
