"""Pages that need no script and no build: where there is no built page, the form to halt, the API listed."""

from html import escape
from typing import Any, Final

import msgspec

from trade2026.model.enums import Scope
from trade2026.web.context import WebContext

_STYLE: Final = """
:root{color-scheme:dark light}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:56rem;padding:1.5rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-top:1px solid #8886;padding-top:1rem}
label{display:block;margin:.6rem 0}input,select,textarea{font:inherit;padding:.35rem;min-width:16rem}
button{font:inherit;padding:.5rem 1rem}.halt{background:#b3261e;color:#fff;border:0;border-radius:4px}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.6rem;border:1px solid #8886}
table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .6rem;text-align:left}
.no{border-left:4px solid #b3261e;padding:.2rem .8rem}.yes{border-left:4px solid #0b6bcb;padding:.2rem .8rem}
"""


def page(title: str, body: str) -> bytes:
    """An HTML page of ours; `body` is HTML already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    ).encode()


def without_built_page(context: WebContext) -> bytes:
    """What stands where the built page would: the state of the desk, and what can be done without it."""
    services = context.services
    feed = services.market.feed
    rows = (
        ("Trading core", "connected" if services.core.is_connected else "away"),
        ("Strategies and jobs", "connected" if services.runner.is_connected else "away"),
        ("Feed", "nothing heard yet" if feed is None else f"{feed.kind} {feed.data}: {feed.state}"),
        ("Journal", str(services.read_models.seq)),
        ("Version", services.version),
    )
    root = escape(services.settings.root_path, quote=True)
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
    return page(
        "Trade2026",
        "<h1>Trade2026 is running</h1><p>The page is not built. Build it with <code>make up</code> and "
        f"load this address again.</p><table>{table}</table>"
        f'<p><a href="{root}/ops/halt">Halt trading</a> · <a href="{root}/api/v1/docs">The API</a> · '
        f'<a href="{root}/api/v1/health">Health</a></p>',
    )


def halt_form(*, notice: str = "", is_good: bool = False, name: str = "", reason: str = "") -> bytes:
    """The form that halts trading; `notice` says what became of the last try."""
    told = ""
    if notice:
        told = f'<p role="alert" class="{"yes" if is_good else "no"}">{escape(notice)}</p>'
    scopes = "".join(f'<option value="{scope}">{scope}</option>' for scope in Scope)
    return page(
        "Halt trading",
        f"""<h1>Halt trading</h1>{told}
<p>Stops new orders in the scope and cancels those that are open. Resuming is done on the desk's page.</p>
<form method="post" action="halt" autocomplete="off">
<label>Name<br><input name="name" value="{escape(name, quote=True)}" required maxlength="64"
 autocomplete="username"></label>
<label>Password<br><input name="password" type="password" required maxlength="128"
 autocomplete="current-password"></label>
<label>Scope<br><select name="scope">{scopes}</select></label>
<label>Target (an id of that scope; leave empty for GLOBAL)<br><input name="target" maxlength="64"></label>
<label>Reason<br><input name="reason" value="{escape(reason, quote=True)}" required maxlength="500"></label>
<p><button class="halt">Halt</button></p></form>""",
    )


def api_page(document: dict[str, Any]) -> bytes:
    """All operations of an OpenAPI document, by topic, with examples."""
    parts = [
        f"<h1>{escape(document['info']['title'])} {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info']['description'])}</p>",
        '<p>The same for machines: <a href="openapi.json">openapi.json</a>.</p>',
    ]
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    for tag, operations in by_tag.items():
        parts.append(f'<h2 id="{escape(tag, quote=True)}">{escape(tag.capitalize())}</h2>')
        parts += operations
    return page("The API of Trade2026", "".join(parts))


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        f"<details><summary><code>{method.upper()} {escape(path)}</code> "
        f"{escape(operation['summary'])}</summary>",
        f"<p>{escape(operation.get('description', ''))}</p><p>Role: <b>{escape(operation['x-role'])}</b></p>",
    ]
    names = ", ".join(each["name"] for each in operation.get("parameters", ()) if "name" in each)
    if names:
        parts.append(f"<p>Parameters: <code>{escape(names)}</code></p>")
    body = operation.get("requestBody", {}).get("content", {})
    for kind, content in body.items():
        parts.append(f"<p>Request ({escape(kind)})</p>{_shown(content.get('example'))}")
    for status, answer in operation["responses"].items():
        parts.append(f"<p><b>{escape(status)}</b> {escape(answer['description'])}</p>")
        if status.startswith("2"):
            parts += [_shown(content.get("example")) for content in answer.get("content", {}).values()]
    return "".join(parts) + "</details>"


def _shown(example: Any) -> str:
    if example is None:
        return ""
    text = example if isinstance(example, str) else msgspec.json.format(msgspec.json.encode(example)).decode()
    return f"<pre>{escape(text)}</pre>"
