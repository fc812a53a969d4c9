"""Parameters of a strategy: from texts to its typed struct, with errors a user can act on, and back."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import cleandoc
from itertools import pairwise
from typing import Any

import msgspec

from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True)
class ParameterDescription:
    """One parameter as a user needs to know it; `default` is "" for one that must be given."""

    name: str
    type: str
    default: str
    bounds: str
    text: str


def parse_parameters(
    parameters_type: type[msgspec.Struct], pairs: Iterable[tuple[str, str]], strategy: str
) -> msgspec.Struct:
    """The struct with every given text converted and every bound checked.

    Parameters
    ----------
    pairs : iterable of (name, text)
        As given; a text that begins with [ or { is JSON.
    strategy : str
        Its name, for messages.

    Raises
    ------
    InputError
        A name is unknown or doubled, a value has the wrong type, is out of bounds or not finite, or a
        parameter without default is missing.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(parameters_type)}
    given: dict[str, Any] = {}
    for name, text in pairs:
        if name not in fields:
            raise InputError(_unknown(name, tuple(fields), strategy))
        if name in given:
            raise InputError(f"parameter {name!r} was given twice; give it once")
        given[name] = _convert(name, text, fields[name])
    missing = [name for name, field in fields.items() if field.required and name not in given]
    if missing:
        raise InputError(f"{strategy} needs the parameter {missing[0]!r}; give --param {missing[0]}=VALUE")
    try:
        parameters = msgspec.convert(given, parameters_type)
    except msgspec.ValidationError as error:
        texts = ", ".join(f"{name}={value}" for name, value in given.items()) or "its defaults"
        raise InputError(f"parameters of {strategy} must go together, were {texts}: {error}") from None
    _check_finite(msgspec.to_builtins(parameters), "parameters")
    return parameters


def show_parameters(parameters: msgspec.Struct) -> tuple[tuple[str, str], ...]:
    """Every parameter with its value as text, in the order declared."""
    plain: dict[str, Any] = msgspec.to_builtins(parameters)
    return tuple((name, _show(plain[name])) for name in plain)


def describe_parameters(parameters_type: type[msgspec.Struct]) -> tuple[ParameterDescription, ...]:
    """What each parameter is, its default and its bounds; texts come from the struct's documentation."""
    info = msgspec.inspect.type_info(parameters_type)
    assert isinstance(info, msgspec.inspect.StructType), "parameters are a struct"
    texts = _documented(parameters_type.__doc__ or "")
    described = []
    for field in info.fields:
        inner, text = _unwrap(field.type)
        name = field.encode_name
        described.append(
            ParameterDescription(
                name, _type_name(inner), _default(field), _bounds(inner), text or texts.get(field.name, "")
            )
        )
    return tuple(described)


def _unknown(name: str, known: Sequence[str], strategy: str) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    listed = f"it has {', '.join(known)}" if known else "it has none"
    return f"parameter {name!r} is unknown to {strategy}; {listed}{hint}"


def _convert(name: str, text: str, field: Any) -> Any:
    value: Any = text
    try:
        if text.lstrip()[:1] in ("[", "{"):
            value = msgspec.json.decode(text)
        converted = msgspec.convert(value, field.type, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        must = str(error).replace("Expected ", "be ").replace("`", "").partition(", got")[0]
        raise InputError(f"parameter {name!r} must {must}, was {text!r}{_remedy(name, field)}") from None
    _check_finite(converted, f"parameter {name!r}")
    return converted


def _remedy(name: str, field: Any) -> str:
    if field.required:
        return f"; give --param {name}=VALUE"
    return f"; leave it out for the default {_show(_default_value(field))}"


def _check_finite(value: Any, what: str) -> None:
    """Refuse NaN and infinities, also inside containers: no bound of a type catches all of them."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{what} must be a finite number, was {value}; NaN and infinity are no settings")
    if isinstance(value, Mapping):
        for name, item in value.items():
            _check_finite(item, f"{what} {name!r}" if what == "parameters" else what)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            _check_finite(item, what)


def _show(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value, order="sorted").decode()


def _default_value(field: Any) -> Any:
    default, factory = field.default, field.default_factory
    missing = (msgspec.NODEFAULT, msgspec.UNSET)
    return factory() if default in missing and factory not in missing else default


def _default(field: Any) -> str:
    return "" if field.required else _show(_default_value(field))


def _unwrap(kind: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, str]:
    text = ""
    while isinstance(kind, msgspec.inspect.Metadata):
        text = str((kind.extra_json_schema or {}).get("description", text))
        kind = kind.type
    return kind, text


def _type_name(kind: msgspec.inspect.Type) -> str:
    kind, _ = _unwrap(kind)
    if isinstance(kind, msgspec.inspect.UnionType):
        return " or ".join(_type_name(member) for member in kind.types)
    if isinstance(kind, msgspec.inspect.EnumType):
        return "one of " + ", ".join(str(member.value) for member in kind.cls)
    if isinstance(kind, msgspec.inspect.LiteralType):
        return "one of " + ", ".join(str(value) for value in kind.values)
    return type(kind).__name__.removesuffix("Type").lower()


def _bounds(kind: msgspec.inspect.Type) -> str:
    if isinstance(kind, msgspec.inspect.UnionType):
        return ", ".join(filter(None, (_bounds(_unwrap(member)[0]) for member in kind.types)))
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below", "multiple_of": "a multiple of"}
    found = [f"{word} {getattr(kind, name):g}" for name, word in words.items() if _has(kind, name)]
    return ", ".join(found)


def _has(kind: object, name: str) -> bool:
    return isinstance(getattr(kind, name, None), int | float)


def _documented(docstring: str) -> dict[str, str]:
    """Texts of a NumPy section "Attributes" or "Parameters", by name; "a, b : int" gives both the same."""
    texts: dict[str, str] = {}
    names: list[str] = []
    inside = False
    lines = [*cleandoc(docstring).splitlines(), ""]
    for line, following in pairwise(lines):
        if following.startswith("---"):
            inside, names = line.strip() in ("Attributes", "Parameters"), []
        elif inside and line and not line[0].isspace() and not line.startswith("---"):
            names = [name.strip() for name in line.partition(" : ")[0].split(",")]
        elif inside and line.strip():
            for name in names:
                texts[name] = f"{texts.get(name, '')} {line.strip()}".strip()
    return texts
