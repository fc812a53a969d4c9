"""Forms and actions of operations: halt, resume, and what an administrator does to users."""

from typing import Any, Final

from trade2026.application.pages.spec import Action, Confirm, Form, Role

RESUME_REASON_MIN: Final = 10
"""Shortest reason the governance of one person accepts for a resume."""

_SCOPES: Final = ["GLOBAL", "VENUE", "ACCOUNT", "STRATEGY", "INSTRUMENT"]
_TARGET: Final = {
    "type": "string",
    "title": "Target",
    "default": "",
    "maxLength": 100,
    "description": "Which venue, account, strategy or instrument; none for GLOBAL.",
    "x-choices": {"data": "/targets/items", "value": "target", "title": "title", "match": {"scope": "scope"}},
}


def _scoped(reason: dict[str, Any]) -> dict[str, Any]:
    """The schema of a change of trading state with the given reason field."""
    return {
        "type": "object",
        "required": ["scope", "reason"],
        "properties": {
            "scope": {"type": "string", "title": "Scope", "enum": _SCOPES, "default": "GLOBAL"},
            "target": _TARGET,
            "reason": {"type": "string", "title": "Reason", "maxLength": 400, **reason},
        },
    }


HALT: Final = Form(
    form_id="halt",
    title="Halt trading",
    method="POST",
    path="/halt",
    form_schema=_scoped({"minLength": 1, "description": "Journaled with your name."}),
    submit="Halt",
    role=Role.TRADER,
    confirm=Confirm(
        title="Halt {scope} {target}",
        text="New orders in this scope are refused and open ones are canceled at once. Positions stay.",
    ),
    is_danger=True,
    doc="Refuses new orders in the scope and cancels open ones. Halting twice does no harm.",
)

RESUME: Final = Form(
    form_id="resume",
    title="Resume trading",
    method="POST",
    path="/resume",
    form_schema=_scoped(
        {
            "minLength": RESUME_REASON_MIN,
            "description": "What was wrong and why it is right now, in ten characters or more.",
        }
    ),
    submit="Resume",
    role=Role.OPERATOR,
    confirm=Confirm(title="Resume {scope} {target}", text="Strategies and people can send orders again."),
    doc="Takes a login within the last five minutes, a reason, and thirty seconds since the halt.",
)

ADD_USER: Final = Form(
    form_id="add-user",
    title="Add a user",
    method="POST",
    path="/users",
    form_schema={
        "type": "object",
        "required": ["name", "password", "role", "accounts"],
        "properties": {
            "name": {"type": "string", "title": "Name", "minLength": 1, "maxLength": 64},
            "password": {
                "type": "string",
                "title": "Password",
                "format": "password",
                "minLength": 12,
                "description": "Twelve characters or more; to be changed at the first login.",
            },
            "role": {
                "type": "string",
                "title": "Role",
                "enum": [role.value for role in Role],
                "default": "viewer",
            },
            "accounts": {
                "type": "array",
                "title": "Accounts",
                "items": {"type": "string"},
                "default": ["*"],
                "description": 'Names with commas; "*" is all.',
            },
        },
    },
    submit="Add",
    role=Role.ADMIN,
)

DISABLE: Final = Action(
    action_id="disable",
    title="Disable",
    method="PATCH",
    path="/users/{name}",
    body={"disabled": True},
    role=Role.ADMIN,
    row=True,
    when={"disabled": ("false",)},
    confirm=Confirm(title="Disable {name}", text="The user is logged out everywhere and cannot log in."),
)

ENABLE: Final = Action(
    action_id="enable",
    title="Enable",
    method="PATCH",
    path="/users/{name}",
    body={"disabled": False},
    role=Role.ADMIN,
    row=True,
    when={"disabled": ("true",)},
)

REMOVE_USER: Final = Action(
    action_id="remove",
    title="Remove",
    method="DELETE",
    path="/users/{name}",
    role=Role.ADMIN,
    row=True,
    is_danger=True,
    confirm=Confirm(title="Remove {name}", text="The user is removed; what it did stays in the journal."),
)
