"""Food cost by dish as a page, and the chart by day that the turnover shows as well."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..food_cost import DishRow, FoodCost, Sales
from .formats import Formats
from .frame import Card, Ranked
from .grid import Cell, Cells, Grid, Head, Kind, Row, RowKind
from .questions import Period
from .words import Words

COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("dish", Kind.TEXT),
    ("qty", Kind.QUANTITY),
    ("net_sales", Kind.MONEY),
    ("cost", Kind.MONEY),
    ("cost_percent", Kind.PERCENT),
    ("margin", Kind.MONEY),
    ("margin_one", Kind.MONEY),
)
PORTIONS, NET, COST = 1, 2, 3
Opens = Callable[[str, Mapping[str, str]], str]
"""From a report and its question to the address, empty where the person may not go."""
DEAREST = 6
LINE, TARGET, QUIET = "#1b8f7a", "#d99a2b", "#5d6b7a"


def food_cost_grid(
    report: FoodCost,
    caption: str,
    target_bp: int,
    words: Words,
    formats: Formats,
    opens: Opens,
) -> Grid:
    """Dishes under their categories with sums, and the total of the house.

    Each figure opens what it is made of (`_ways`).
    """
    cells = Cells(formats)
    rows: list[Row] = []

    def opened(row: Row, of: str = "") -> Row:
        made, ways = list(row.cells), _ways(report, opens, of, row.key)
        for place, cell in enumerate(made):
            if place and cell.text:
                made[place] = Cells.opening(cell, ways.get(place) or ways[PORTIONS])
        return replace(row, cells=tuple(made))

    for category in report.categories:
        title = category.names[words.language]
        figures = _figures(category.sales, target_bp, cells)
        group = Row(RowKind.GROUP, category.category_id, (cells.text(title), *figures))
        rows.append(opened(group, "category"))
        rows += [opened(_dish_row(row, target_bp, words, cells), "item") for row in category.rows]
    if rows:
        figures = _figures(report.sales, target_bp, cells)
        rows.append(opened(Row(RowKind.TOTAL, "total", (cells.text(words.total), *figures))))
    heads = tuple(Head(words(key), kind) for key, kind in COLUMNS)
    return Grid(words.food_cost, caption, heads, tuple(rows))


def _ways(report: FoodCost, opens: Opens, of: str = "", key: str = "") -> dict[int, str]:
    """Net sales open the lines of the till, cost what went from the shelves (who may not see those:
    what was sold at which cost), portions and all that is made of both what was sold."""
    period = Period(report.first_day, report.last_day).query
    one = {of: key} if of else {}
    moved = {"dish" if of == "item" else of: key} if of else {}
    sold = opens("sold", period | one)
    return {
        PORTIONS: sold,
        NET: opens("till_lines", period | {"of": "line"} | one),
        COST: opens("moves", period | {"place": "sales"} | moved) or sold,
    }


def _dish_row(row: DishRow, target_bp: int, words: Words, cells: Cells) -> Row:
    name = cells.text(row.names[words.language])
    return Row(RowKind.LINE, row.item_id, (name, *_figures(row.sales, target_bp, cells)))


def _figures(sales: Sales, target_bp: int, cells: Cells) -> tuple[Cell, ...]:
    each = Decimal(sales.margin_minor) * 1000 / sales.qty_milli if sales.qty_milli > 0 else None
    return (
        cells.portions(sales.qty_milli),
        cells.money(sales.net_minor),
        cells.money(sales.cost_minor),
        cells.percent(sales.cost_bp, limit=target_bp),
        cells.money(sales.margin_minor),
        cells.money(None if each is None else int(each.to_integral_value())),
    )


def food_cost_cards(report: FoodCost, words: Words, formats: Formats, opens: Opens) -> list[Card]:
    """The four figures above the table, which open what the sum below them does."""
    sales, ways = report.sales, _ways(report, opens)
    sold = ways[PORTIONS]
    percent = f"{formats.percent(sales.cost_bp)} %" if sales.cost_bp is not None else "—"
    return [
        Card("net_sales", words.net_sales, formats.money(sales.net_minor), href=ways[NET]),
        Card("cost", words.cost, formats.money(sales.cost_minor), href=ways[COST]),
        Card("margin", words.margin, formats.money(sales.margin_minor), href=sold),
        Card("food_cost", words.food_cost, percent, href=sold),
    ]


def dearest_dishes(
    report: FoodCost, target_bp: int, words: Words, formats: Formats, opens: Opens
) -> list[Ranked]:
    """The dishes that eat the largest part of their price."""
    rows = [row for category in report.categories for row in category.rows]
    priced = [(row.sales.cost_bp or 0, row) for row in rows if row.sales.net_minor > 0]
    ranked = sorted(priced, key=lambda pair: (-pair[0], pair[1].item_id))[:DEAREST]
    return [
        Ranked(
            row.names[words.language],
            formats.percent(cost),
            "bad" if cost > target_bp else "",
            _ways(report, opens, "item", row.item_id)[PORTIONS],
        )
        for cost, row in ranked
    ]


def chart_options(report: FoodCost, target_bp: int, formats: Formats) -> dict[str, Any]:
    """An ECharts line of food cost by day with the target dashed; days without sales are gaps."""
    days = [day.day for day in report.days]
    # A chart's library wants numbers; the exact figures stand in the table.
    points = [None if day.sales.cost_bp is None else day.sales.cost_bp / 100 for day in report.days]
    target = target_bp / 100
    shown = [point for point in points if point is not None] + [target]
    step = 5 if max(shown) - min(shown) <= 15 else 20
    low, high = int(min(shown) // step * step), int(-(-max(shown) // step) * step)
    return {
        "animation": False,
        "grid": {"left": 28, "right": 10, "top": 10, "bottom": 22},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category",
            "data": [formats.short_day(day) for day in days],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "#d6dce4"}},
            "axisLabel": {"color": QUIET, "fontSize": 10, "hideOverlap": True},
        },
        "yAxis": {
            "type": "value",
            "min": low if low < high else low - step,
            "max": high,
            "interval": step,
            "axisLabel": {"color": QUIET, "fontSize": 10},
            "splitLine": {"lineStyle": {"color": "#e8ebf0"}},
        },
        "series": [
            {
                "type": "line",
                "data": points,
                "symbolSize": 5,
                "showSymbol": len(points) < 15,
                "lineStyle": {"color": LINE, "width": 2},
                "itemStyle": {"color": LINE},
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "label": {"show": False},
                    "lineStyle": {"color": TARGET, "type": "dashed", "width": 1.5},
                    "data": [{"yAxis": target}],
                },
            }
        ],
    }
