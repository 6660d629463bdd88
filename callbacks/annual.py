"""The annual page at work 年度页: what is typed is saved at once, or kept and told why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from layouts import ids
from layouts.book import aside, panel, table
from layouts.book.sheet import Panel, Sheet
from layouts.widgets import data


class Books(Protocol):
    """What the page asks; `who` is added by whoever hands this in."""

    def sheet(self, form: str, year: int | None, other: int | None) -> Sheet: ...
    def rows(self, sheet: Sheet, chosen: str) -> list[dict[str, Any]]: ...
    def panel(self, form: str, year: int, id: str) -> Panel | None: ...
    def type(self, form: str, year: int, id: str, typed: str, seen: int) -> object: ...
    def fill(
        self, form: str, year: int, id: str, fields: Mapping[str, Any], seen: int
    ) -> object: ...
    def act(self, form: str, year: int, id: str, reason: str) -> object: ...


Aside = Callable[[Callable[..., Any]], Callable[..., Any]]
_CHOSEN = Input(ids.BOOK_GRID, "selectedRows")


def register(app: Dash, books: Books, aside_of: Aside) -> None:
    """`aside_of` makes a callback that blocks run beside the live streams."""

    app.clientside_callback(  # type: ignore[no-untyped-call]
        _OPEN % ids.BOOK_UNSAVED, Output(ids.BOOK_OPENED, "data"), Input(ids.BOOK_AT, "search")
    )

    @app.callback(
        Output(ids.BOOK_HEAD, "children"),
        Output(ids.BOOK_LEFT, "children"),
        Output(ids.BOOK_MAIN, "children"),
        Output(ids.BOOK_SEEN, "data"),
        Output(ids.BOOK_ALERT, "children"),
        Input(ids.BOOK_OPENED, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def show(opened: dict[str, Any]) -> tuple[Any, ...]:
        sheet = books.sheet(*_asked(opened["search"]))
        seen = {"form": sheet.form, "year": sheet.year, "number": sheet.number}
        main = [table.table(sheet), table.printed(sheet)]
        alerts = [aside.drifted(sheet), left_over(_unsaved_of(seen, opened["unsaved"]))]
        return head(sheet), left(sheet, "all"), main, seen, alerts

    @app.callback(
        Output(ids.BOOK_AT, "search"),
        Input(ids.BOOK_FORM, "value"),
        Input(ids.BOOK_YEAR, "value"),
        Input(ids.BOOK_OTHER, "value"),
        State(ids.BOOK_SEEN, "data"),
        prevent_initial_call=True,
    )
    async def choose(form: str, year: int, other: int | None, seen: dict[str, Any]) -> Any:
        if form != seen["form"]:
            return "?" + urlencode({"form": form})
        asked: dict[str, Any] = {"form": form, "year": year}
        if other:
            asked["other"] = other
        return "?" + urlencode(asked)

    @app.callback(
        Output(ids.BOOK_GRID, "rowData"),
        Input(ids.BOOK_FILTER, "value"),
        State(ids.BOOK_AT, "search"),
        State(ids.BOOK_SEEN, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def narrow(chosen: str, search: str | None, seen: dict[str, Any]) -> list[dict[str, Any]]:
        _, _, other = _asked(search)
        return books.rows(books.sheet(seen["form"], seen["year"], other), chosen)

    @app.callback(
        Output(ids.BOOK_PANEL, "children"),
        _CHOSEN,
        State(ids.BOOK_SEEN, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def explain(chosen: list[dict[str, Any]] | None, seen: dict[str, Any]) -> Component:
        row = chosen[0] if chosen else None
        if row is None or row["kind"] != "item":
            return panel.empty()
        found = books.panel(seen["form"], seen["year"], row["id"])
        return panel.empty() if found is None else panel.panel(found)

    @app.callback(
        *_after_saving(),
        Input(ids.BOOK_GRID, "cellValueChanged"),
        State(ids.BOOK_AT, "search"),
        State(ids.BOOK_FILTER, "value"),
        State(ids.BOOK_SEEN, "data"),
        State(ids.BOOK_UNSAVED, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def typed(
        changes: list[dict[str, Any]] | None,
        search: str | None,
        chosen: str,
        seen: dict[str, Any],
        unsaved: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        if not changes:  # the grid has only just appeared
            return (no_update,) * 6
        change = changes[0]
        row = change["data"]
        value = str(change["value"] or "")

        def save() -> object:
            return books.type(seen["form"], seen["year"], row["id"], value, row["seen"])

        shown = _saved(books, save, seen, search, chosen, (row["name"], value))
        rest = {key: one for key, one in (unsaved or {}).items() if key != _key(seen, row["id"])}
        return *shown, rest

    app.clientside_callback(  # type: ignore[no-untyped-call]
        _KEEP,
        Output(ids.BOOK_UNSAVED, "data"),
        Input(ids.BOOK_GRID, "cellValueChanged"),
        State(ids.BOOK_SEEN, "data"),
        State(ids.BOOK_UNSAVED, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        *_after_saving(),
        Input(ids.BOOK_AGAIN, "n_clicks"),
        State(ids.BOOK_AT, "search"),
        State(ids.BOOK_FILTER, "value"),
        State(ids.BOOK_SEEN, "data"),
        State(ids.BOOK_UNSAVED, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def again(
        clicks: int | None,
        search: str | None,
        chosen: str,
        seen: dict[str, Any],
        unsaved: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        if not clicks:
            return (no_update,) * 6
        mine = _unsaved_of(seen, unsaved)

        def save() -> None:
            for id, one in mine.items():
                books.type(seen["form"], seen["year"], id, one["value"], one["seen"])

        told = "；".join(f"{one['name']}：{one['value']}" for one in mine.values())
        shown = _saved(books, save, seen, search, chosen, ("上次未存的格", told))
        keys = {_key(seen, id) for id in mine}
        return *shown, {key: one for key, one in (unsaved or {}).items() if key not in keys}

    @app.callback(
        *_after_saving(),
        Input(ids.BOOK_SAVE, "n_clicks"),
        State({"type": ids.BOOK_FIELD, "field": ALL, "item": ALL}, "value"),
        State(ids.BOOK_AT, "search"),
        State(ids.BOOK_FILTER, "value"),
        State(ids.BOOK_SEEN, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def filled(
        clicks: int | None,
        _values: list[Any],
        search: str | None,
        chosen: str,
        seen: dict[str, Any],
    ) -> tuple[Any, ...]:
        if not clicks:
            return (no_update,) * 6
        given = ctx.states_list[0]
        item = given[0]["id"]["item"]
        fields = {one["id"]["field"]: one.get("value") for one in given}

        def save() -> object:
            return books.fill(seen["form"], seen["year"], item, fields, seen["number"])

        return *_saved(books, save, seen, search, chosen, (item, ""), item), no_update

    @app.callback(
        Output(ids.BOOK_AT, "search", allow_duplicate=True),
        Output(ids.BOOK_ALERT, "children", allow_duplicate=True),
        Input({"type": ids.BOOK_ACT, "act": ALL}, "n_clicks"),
        State(ids.BOOK_REASON, "value"),
        State(ids.BOOK_SEEN, "data"),
        prevent_initial_call=True,
    )
    @aside_of
    def move(clicks: list[int | None], reason: str | None, seen: dict[str, Any]) -> tuple[Any, ...]:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update
        act = ctx.triggered_id["act"]
        try:
            books.act(seen["form"], seen["year"], act, reason or "")
        except ValueError as error:
            return no_update, refusal(str(error))
        asked = {"form": seen["form"], "year": seen["year"], "after": act}
        return "?" + urlencode(asked), None


_OPEN = """
(search) => {
  let unsaved = null;
  try { unsaved = JSON.parse(window.localStorage.getItem('%s')); } catch (error) { unsaved = null; }
  return { search, unsaved };
}
"""
"""The address, and what the browser has kept, read where it is kept: the store that holds it may
not have been filled yet when the page asks for its first contents."""

_KEEP = """
(changes, seen, unsaved) => {
  const kept = Object.assign({}, unsaved);
  for (const one of changes || []) {
    const key = `${seen.form}/${seen.year}/${one.data.id}`;
    kept[key] = { name: one.data.name, value: String(one.value || ''), seen: one.data.seen };
  }
  return kept;
}
"""
"""What is typed is kept in the browser first; saving it takes it out again."""


def _after_saving() -> tuple[Output, ...]:
    return (
        Output(ids.BOOK_GRID, "rowData", allow_duplicate=True),
        Output(ids.BOOK_LEFT, "children", allow_duplicate=True),
        Output(ids.BOOK_SEEN, "data", allow_duplicate=True),
        Output(ids.BOOK_ALERT, "children", allow_duplicate=True),
        Output(ids.BOOK_PANEL, "children", allow_duplicate=True),
        Output(ids.BOOK_UNSAVED, "data", allow_duplicate=True),
    )


def _saved(
    books: Books,
    save: Callable[[], object],
    seen: dict[str, Any],
    search: str | None,
    chosen: str,
    typed: tuple[str, str],
    item: str = "",
) -> tuple[Any, ...]:
    """Saves and shows the book anew; what was refused stays on the screen, with the reason."""
    alert: Component | None = None
    try:
        save()
    except ValueError as error:
        name, value = typed
        alert = refusal(str(error), f"您在“{name}”填的是：{value}" if value else "")
        if item:
            return no_update, no_update, no_update, alert, no_update
    _, _, other = _asked(search)
    sheet = books.sheet(seen["form"], seen["year"], other)
    number = {**seen, "number": sheet.number}
    shown: Any = no_update
    if item and (found := books.panel(seen["form"], seen["year"], item)) is not None:
        shown = panel.panel(found)
    return books.rows(sheet, chosen), left(sheet, chosen), number, alert, shown


def _asked(search: str | None) -> tuple[str, int | None, int | None]:
    """(form, year, year to compare with) from the address."""
    query = parse_qs((search or "").lstrip("?"))

    def year(name: str) -> int | None:
        text = query.get(name, [""])[0]
        return int(text) if text.isdecimal() and len(text) == 4 else None

    return query.get("form", [""])[0], year("year"), year("other")


def _key(seen: Mapping[str, Any], id: str) -> str:
    return f"{seen['form']}/{seen['year']}/{id}"


def _unsaved_of(
    seen: Mapping[str, Any], unsaved: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """What was typed into this book and never reached the server, by indicator."""
    start = _key(seen, "")
    return {
        key.removeprefix(start): one
        for key, one in (unsaved or {}).items()
        if key.startswith(start)
    }


def left_over(unsaved: Mapping[str, Mapping[str, Any]]) -> Component | None:
    """上次未存: values that a closed page or a lost connection kept from being saved."""
    if not unsaved:
        return None
    told = "；".join(f"{one['name']}：{one['value']}" for one in unsaved.values())
    again = html.Button("再存一次", id=ids.BOOK_AGAIN, className="btn", type="button")
    return html.Div([html.B("▲ 上次有填写没有存上"), html.Div(told), again], className="warn-box")


def refusal(reason: str, typed: str = "") -> Component:
    """Why something was not saved, and what had been typed, so that it is not lost."""
    kept = html.Div(typed, className="kept") if typed else None
    return html.Div([html.B("✕ 没有保存"), html.Div(reason), kept], className="bad-box")


def left(sheet: Sheet, chosen: str) -> list[Component]:
    """The column left of the table."""
    return [
        aside.summary(sheet),
        aside.filters(sheet, chosen),
        aside.progress(sheet),
        aside.history(sheet),
    ]


def head(sheet: Sheet) -> list[Component]:
    """Form and year, state, exports, and what this reader may do next."""
    return [
        html.H1("年度绩效表", **data(book=f"{sheet.form}/{sheet.year}")),
        dcc.Dropdown(
            [{"label": title, "value": id} for id, title in sheet.forms],
            sheet.form,
            id=ids.BOOK_FORM,
            clearable=False,
            className="pick wide",
        ),
        dcc.Dropdown(
            [{"label": f"{year} 年度", "value": year} for year in sheet.years],
            sheet.year,
            id=ids.BOOK_YEAR,
            clearable=False,
            searchable=False,
            className="pick",
        ),
        dcc.Dropdown(
            [{"label": f"对照 {year}", "value": year} for year in sheet.others],
            None,
            id=ids.BOOK_OTHER,
            placeholder="对照年度",
            searchable=False,
            className="pick" if sheet.others else "pick gone",
        ),
        html.Span(f"{sheet.state}　第 {sheet.number} 次修订", className="mut state-of"),
        html.Div(_exports(sheet), className="exports"),
        html.Div(_acts(sheet), className="acts"),
    ]


def _exports(sheet: Sheet) -> list[Component]:
    base = f"/desk/export/annual/{sheet.form}/{sheet.year}"
    links: list[Component] = [
        html.A(kind, href=f"{base}.{kind}", className="btn", download="")
        for kind in ("xlsx", "docx", "pdf", "csv")
    ]
    return [*links, html.Button("打印", className="btn", type="button", **data(print="1"))]


def _acts(sheet: Sheet) -> list[Component]:
    reason = dcc.Input(
        id=ids.BOOK_REASON,
        placeholder="理由（退回、重开必填）",
        type="text",
        className="reason" if sheet.acts else "reason gone",
    )
    buttons = [
        html.Button(
            act.label,
            id={"type": ids.BOOK_ACT, "act": act.id},
            className="btn pri" if not act.reason else "btn",
            type="button",
        )
        for act in sheet.acts
    ]
    named = html.Label([html.Span("理由", className="unseen"), reason])
    return [named, *buttons]
