"""New recipe cards reach the kitchen: as an edition from the day they hold, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlmodel import Session, select

from sync_server.back_office.cards import UNKNOWN, add_version
from sync_server.back_office.catalogue import Edition, waiting
from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.house_tables import CatalogueEdition
from sync_server.back_office.kitchen_cards import NewCard, method_of, tell_contents, tell_kitchen
from sync_server.domain.ids import ItemId
from sync_server.domain.menu import Catalogue, Component as Part
from sync_server.domain.menu_changes import changed
from sync_server.domain.recipes import Component, Losses, Owner, Recipe
from sync_server.domain.stock import IngredientId, exact
from sync_server.store.database import Database
from tests.back_office.house import DAY, NOON_MS, furnish
from tests.back_office.test_menu_draft import HALYNA, MENU, within

MONDAY, MONDAY_BEGINS_MS = "2026-11-23", 1_795_384_800_000
"""Midnight in Kyiv, two hours before that of Greenwich."""


def card(owner: Owner, key: str, *lines: tuple[str, str], day: str = DAY, makes: int = 1) -> Recipe:
    parts = [Component(IngredientId(good), exact(Decimal(qty)), Losses()) for good, qty in lines]
    return Recipe(owner, key, day, exact(makes), tuple(parts))


async def told(
    books: Database, recipe: Recipe, technology: Mapping[str, str] | None = None
) -> list[Edition]:
    def save(session: Session) -> list[Edition]:
        assert add_version(session, recipe, technology or {}, "halyna", NOON_MS) == []
        return tell_kitchen(session, MENU, [NewCard(recipe, technology)], HALYNA)

    return await within(books, save)


def withdraw_all(session: Session) -> int:
    """As if nobody had published anything; how many there were."""
    editions = session.exec(select(CatalogueEdition)).all()
    for edition in editions:
        edition.withdrawn = True
    return len(editions)


def with_all(*editions: Edition) -> Catalogue:
    menu = MENU
    for edition in editions:
        menu = changed(menu, edition.changes)
    return menu


async def test_a_card_is_an_edition_of_what_one_portion_takes_and_how_it_is_made(
    books: Database,
) -> None:
    await furnish(books)
    ten = card(Owner.ITEM, "borscht", ("beet", "900"), ("garlic", "45"), makes=10)
    said = {"uk": "Варити тихо.\nНе кип’ятити.", "pl": "Gotować na małym ogniu."}
    (edition,) = await told(books, ten, said)
    assert edition.at_ms == NOON_MS, "what holds today holds now"
    dish = with_all(edition).items["borscht"]
    assert [(one.names["uk"], one.qty_milli, one.unit) for one in dish.components] == [
        ("Буряк", 90_000, "g"),
        ("Часник", 4_500, "g"),
    ]
    assert dish.method == said, "each cook reads the own language"
    (takes,) = await told(books, card(Owner.MODIFIER, "no-garlic", ("garlic", "-4.5")))
    (choice,) = with_all(takes).groups["extras"].modifiers
    assert [(one.component_id, one.qty_milli) for one in choice.components] == [("garlic", -4_500)]


async def test_a_card_for_monday_waits_for_monday_and_an_older_one_says_nothing(
    books: Database,
) -> None:
    await furnish(books)
    (edition,) = await told(books, card(Owner.ITEM, "borscht", ("beet", "100"), day=MONDAY))
    assert edition.at_ms == MONDAY_BEGINS_MS
    (now,) = await told(books, card(Owner.ITEM, "borscht", ("beet", "95")))
    assert now.at_ms == NOON_MS
    assert with_all(now, edition).items["borscht"].components[0].qty_milli == 100_000
    assert await told(books, card(Owner.ITEM, "borscht", ("beet", "9"), day="2026-11-20")) == []
    same = card(Owner.ITEM, "borscht", ("beet", "100"), day="2026-11-24")
    assert await told(books, same) == [], "nothing is new for the kitchen"
    assert await told(books, card(Owner.ITEM, "saltless", ("beet", "80"))) == [], "not on the menu"


async def test_what_a_good_contains_is_told_of_every_dish_and_taken_off_by_nobody_but_a_person(
    books: Database,
) -> None:
    await furnish(books)

    def celery(session: Session) -> None:
        garlic = session.get(Ingredient, "garlic")
        assert garlic is not None
        garlic.allergens = "celery"

    await within(books, celery)
    assert await within(books, lambda s: tell_contents(s, MENU, "saperavi", HALYNA)) == []
    (made,) = await within(books, lambda s: tell_contents(s, MENU, "garlic", HALYNA))
    (known,) = await within(books, lambda s: waiting(s, MENU))
    assert known == made
    assert with_all(known).items["borscht"].allergens == ("celery",)
    assert await within(books, lambda s: tell_contents(s, MENU, "garlic", HALYNA)) == [], "once"
    assert await within(books, lambda s: withdraw_all(s)) == 1
    broth = card(Owner.SEMI, "broth", ("beef", "400"), ("garlic", "5"), makes=1_700)
    (edition,) = await told(books, broth)
    assert [(one.target, one.field, one.value) for one in edition.changes] == [
        ("borscht", "allergens", "celery")
    ]
    (plain,) = await told(books, card(Owner.ITEM, "borscht", ("beet", "80")))
    assert "allergens" not in {one.field for one in plain.changes}


def test_an_older_text_is_in_the_houses_language_beside_what_the_menu_says_of_the_same() -> None:
    said = {"uk": "Варити тихо.", "en": "Simmer."}
    dish = replace(MENU.items[ItemId("borscht")], method=said)
    menu = replace(MENU, items=MENU.items | {dish.item_id: dish})
    assert method_of(menu, "borscht", {}) == said
    assert method_of(menu, "borscht", {UNKNOWN: "Варити тихо.\n"}) == said
    assert method_of(menu, "borscht", {UNKNOWN: "Смажити."}) == {"uk": "Смажити."}
    assert method_of(menu, "borscht", {"pl": "Gotować."}) == {"pl": "Gotować."}


async def test_a_good_that_is_called_otherwise_is_so_on_the_cards_of_dishes_and_choices(
    books: Database,
) -> None:
    await furnish(books)
    garlic = (Part("garlic", {"uk": "Часник"}, 4_500, "g"),)
    dish = replace(MENU.items[ItemId("borscht")], components=garlic)
    extras = MENU.groups["extras"]
    choices = tuple(replace(one, components=garlic) for one in extras.modifiers)
    groups = MENU.groups | {"extras": replace(extras, modifiers=choices)}
    menu = replace(MENU, items=MENU.items | {dish.item_id: dish}, groups=groups)

    def rename(session: Session) -> None:
        session.get_one(Ingredient, "garlic").name_uk = "Часник молодий"

    await within(books, rename)
    (edition,) = await within(books, lambda s: tell_contents(s, menu, "garlic", HALYNA))
    after = changed(menu, edition.changes)
    parts = [after.items[dish.item_id].components]
    parts += [one.components for one in after.groups["extras"].modifiers]
    assert [part.names["uk"] for (part,) in parts] == ["Часник молодий"] * 2
