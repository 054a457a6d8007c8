"""Changes of the menu: each alone, on whatever is in force, refused by name when it cannot be."""

from sync_server.domain.menu_changes import Change, changed, previewed, value_of
from tests.builders import a_menu


def test_changes_are_laid_on_what_is_in_force_and_shown_beforehand() -> None:
    menu = a_menu()
    changes = [
        Change("item", "borscht", "price_minor", "19900"),
        Change("item", "borscht", "name_uk", "Борщ із пампушками"),
        Change("modifier", "sauce/mint", "price_minor", "5000"),
        Change("item", "okroshka", "new", menu.items["borscht"].category_id),
        Change("item", "okroshka", "price_minor", "14500"),
        Change("item", "ribeye", "removed", "yes"),
    ]
    seen = previewed(menu, changes)
    assert [one.refused for one in seen] == [""] * 6
    assert seen[0].before == "18500"
    after = changed(menu, changes)
    assert after.items["borscht"].price_minor == 19_900
    assert after.items["borscht"].names["uk"] == "Борщ із пампушками"
    assert after.items["okroshka"].station_ids == menu.items["borscht"].station_ids
    assert "ribeye" not in after.items
    assert after.printers == menu.printers
    assert menu.items["borscht"].price_minor == 18_500
    assert value_of(after, Change("modifier", "sauce/mint", "price_minor", "")) == "5000"


def test_what_cannot_be_is_refused_by_itself_and_the_rest_is_taken() -> None:
    menu = a_menu()
    changes = [
        Change("item", "moon", "price_minor", "1"),
        Change("item", "borscht", "price_minor", "-5"),
        Change("item", "borscht", "price_minor", "0.5"),
        Change("item", "borscht", "tax_id", "none"),
        Change("item", "borscht", "name_uk", "\x1b[2J"),
        Change("item", "borscht", "new", menu.items["borscht"].category_id),
        Change("item", "borscht", "secret", "1"),
        Change("poem", "x", "y", "z"),
        Change("staff", "nobody", "active", "no"),
        Change("rule", "happy", "borscht", "1"),
        Change("item", "borscht", "price_minor", "17000"),
    ]
    codes = [one.refused for one in previewed(menu, changes)]
    assert codes == [
        "no_thing", "bad_figure", "bad_figure", "no_thing", "bad_name", "bad_id", "no_field",
        "no_thing", "no_thing", "no_thing", "",
    ]  # fmt: skip
    assert changed(menu, changes).items["borscht"].price_minor == 17_000
