"""The plan of a hall: what a table on it may be, and how tables are put together and apart.

Rule: a plan is part of the catalogue; it changes only as a new version, which is published through
the set-up door. Every function gives new tables or a refusal and changes nothing itself. Positions
and sizes are grid units of the hall. Neighbour: `menu` has `Table` and `Hall`.
"""

from collections.abc import Iterable, Mapping, Set as AbstractSet

from .amending import replace
from .menu import Hall, Table
from .rejections import Refused, refuse

SHAPES = ("square", "round", "rectangle", "stool")
TABLES, SEATS, LABEL = 200, 60, 12
FINGERS = 25
"""So many of the smallest tables stand side by side along a hall: less no finger could hit."""
JOINED = "+"


def fault_of(hall: Hall, tables: Iterable[Table], others: Mapping[str, Table]) -> Refused | None:
    """What is wrong with the tables of a hall; `others` stand in other halls."""
    labels = {table.label.casefold() for table in others.values()}
    ids = set(others)
    count = len(ids)
    for table in tables:
        count += 1
        label = table.label.strip()
        known = label.casefold() in labels or table.table_id in ids
        sized = table.w > 0 and table.h > 0
        inside = 0 <= table.x <= hall.width - table.w and 0 <= table.y <= hall.height - table.h
        if not label or len(label) > LABEL or not table.table_id or known:
            return refuse("plan_label", label=label[:LABEL])
        if table.shape not in SHAPES or not 0 <= table.seats <= SEATS or not sized or not inside:
            return refuse("plan_place", label=label)
        if table.hall_id != hall.hall_id:
            return refuse("plan_place", label=label)
        labels.add(label.casefold())
        ids.add(table.table_id)
    return refuse("too_many", what="tables", limit=TABLES) if count > TABLES else None


def gone_in_use(
    before: Iterable[Table], after: Iterable[Table], busy: AbstractSet[str]
) -> Refused | None:
    """A table at which guests sit may be moved and named anew, and not taken away."""
    kept = {table.table_id for table in after}
    lost = next((t for t in before if t.table_id not in kept and t.table_id in busy), None)
    return refuse("plan_in_use", label=lost.label) if lost is not None else None


def placed(table: Table, hall: Hall, x: int, y: int) -> Table:
    """A table at a place, inside the hall."""
    inside_x = max(0, min(x, hall.width - table.w))
    inside_y = max(0, min(y, hall.height - table.h))
    return replace(table, x=inside_x, y=inside_y)


def sized(table: Table, hall: Hall, w: int, h: int) -> Table:
    """A table of a size that a finger can hit and the hall can hold."""
    least = max(1, hall.width // FINGERS)
    wide = max(least, min(w, hall.width - table.x))
    high = max(least, min(h, hall.height - table.y))
    return replace(table, w=wide, h=high)


def joined(one: Table, other: Table) -> Table | Refused:
    """Two tables pushed together: one table with both labels and all seats."""
    label = f"{one.label}{JOINED}{other.label}"
    if one.table_id == other.table_id or len(label) > LABEL:
        return refuse("plan_label", label=label[:LABEL])
    x, y = min(one.x, other.x), min(one.y, other.y)
    return replace(
        one,
        label=label,
        seats=min(SEATS, one.seats + other.seats),
        shape="rectangle",
        x=x,
        y=y,
        w=max(one.x + one.w, other.x + other.w) - x,
        h=max(one.y + one.h, other.y + other.h) - y,
    )


def label_of(tables: Mapping[str, Table], table_ids: Iterable[str]) -> str:
    """What tables that stand together are called; those that the house no longer has are left
    out."""
    return JOINED.join(tables[table_id].label for table_id in table_ids if table_id in tables)


def stood_at(tables: Mapping[str, Table], moved_from: str) -> str:
    """What a ticket stood under before (`kitchen.Ticket.moved_from`): tables by their labels, a
    name as it is."""
    return label_of(tables, moved_from.split(JOINED)) or moved_from


def divided(table: Table, ids: Iterable[str]) -> tuple[Table, ...]:
    """A joined table pulled apart along its longer side; one that is not joined stays as it is.

    The first part keeps the table's id, `ids` name the others.
    """
    labels = table.label.split(JOINED)
    count = len(labels)
    across = table.w >= table.h
    step = (table.w if across else table.h) // count
    if count < 2 or step < 2:
        return (table,)
    names = [table.table_id, *ids]
    return tuple(
        replace(
            table,
            table_id=names[n],
            label=label,
            seats=table.seats // count + (n < table.seats % count),
            shape="square",
            x=table.x + (step * n if across else 0),
            y=table.y + (0 if across else step * n),
            w=step - 1 if across else table.w,
            h=table.h if across else step - 1,
        )
        for n, label in enumerate(labels)
    )
