"""Two plain pages, without scripts and without outside addresses: the doors' paths, and every error with its remedy."""

import json
from html import escape
from typing import Any, Final

from starlette.responses import HTMLResponse

from node.api.errors import ANSWERS, status_of
from node.chain.explanations import EXPLANATIONS

CONTENT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_STYLE: Final = (
    "body{font:16px/1.6 sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f2f2f2;padding:.6rem;overflow:auto}h2{margin-top:2rem}code{font-size:.95em}"
)


def page(title: str, body: str) -> HTMLResponse:
    """A page that loads nothing."""
    text = (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": CONTENT_POLICY})


def paths_page(document: dict[str, Any]) -> HTMLResponse:
    """Every path of an OpenAPI document."""
    parts = ['<p><a href="/openapi.json">openapi.json</a> · <a href="/docs/errors">errors</a></p>']
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(f"{method.upper()} {path}", operation))
    return page(str(document["info"]["title"]), "".join(parts))


def _operation(heading: str, operation: dict[str, Any]) -> str:
    parts = [f"<h2><code>{escape(heading)}</code></h2><p><b>{escape(operation['summary'])}</b> "]
    parts.append(f"{escape(operation.get('description', ''))}</p>")
    parameters = operation.get("parameters", ())
    if parameters:
        items = (
            f"<li><code>{escape(p['name'])}</code> ({escape(p['in'])}) "
            f"{escape(p.get('description', ''))}</li>"
            for p in parameters
        )
        parts.append(f"<ul>{''.join(items)}</ul>")
    for status, response in operation["responses"].items():
        if status != "default":
            parts.append(f"<p>{escape(status)}: {escape(response['description'])}</p>")
            parts.extend(_examples(response))
    return "".join(parts)


def _examples(response: dict[str, Any]) -> list[str]:
    examples = (c["example"] for c in response.get("content", {}).values() if "example" in c)
    return [
        f"<pre>{escape(e if isinstance(e, str) else json.dumps(e, ensure_ascii=False, indent=1))}</pre>"
        for e in examples
    ]


def errors_page() -> HTMLResponse:
    """Every code that a door can answer with, in both languages."""
    rows = [
        _row(f"E{code.value}", code.name, status_of(code), (e.zh, e.remedy_zh, e.en, e.remedy_en))
        for code, e in EXPLANATIONS.items()
    ]
    rows += [
        _row(code.label, code.name, answer.status, (answer.zh, answer.en))
        for code, answer in ANSWERS.items()
    ]
    return page("错误代码 · Error codes", "".join(rows))


def _row(label: str, name: str, status: int, sentences: tuple[str, ...]) -> str:
    text = "<br>".join(escape(sentence) for sentence in sentences)
    heading = f"{label} <code>{name.lower()}</code> · {status}"
    return f'<h2 id="{label.lower()}">{heading}</h2><p>{text}</p>'
