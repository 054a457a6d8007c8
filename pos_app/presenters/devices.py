"""Set-up of the printers: find them, try one, save it, give it to stations, name its backup.

Nothing is in force before "save"; a try prints with what stands on the screen. The server looks
around and does the rest (`sync_server.device_desk`). Neighbour: `papers` arranges documents.
View-model: `devices_view`.
"""

from dataclasses import asdict, replace
from typing import Any

from pos_app.desk import Desk, Health
from pos_app.presenters.devices_view import DevicesView
from pos_app.presenters.presenter import Place, Presenter, after, intent
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from pos_app.words import Words
from sync_server.domain.menu import Printer, Station

CODE_PAGES = ("", "cp1251", "cp1125", "cp866", "cp852", "cp858")
NARROW, WIDE = 384, 576
STATES = {"ok": "ready", "low": "hold", "down": "late"}


class SetUpPresenter(Presenter):
    """What both set-up screens have: the tabs, the head, a question that waits."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.waiting = False

    @intent
    def back(self) -> None:
        """To the floor."""
        self.place.screen = "floor"

    @intent
    def tab(self, screen: str) -> None:
        """Printers, papers, stations or what hangs on this terminal."""
        self.place.screen = screen

    def head(self) -> Head:
        """The bar along the top."""
        return Head(
            self.say("set_up"),
            self.back_act("floor"),
            (self.link_chip(),),
            (self.clock_chip(),),
            self.avatar(named=True),
        )

    def tabs(self, here: str) -> tuple[Act, ...]:
        """The screens of the set-up."""
        return tuple(
            Act(
                f"tab:{screen}",
                self.say(f"set_up_{screen}"),
                "chosen" if screen == here else "flat",
            )
            for screen in ("devices", "papers", "stations", "labels", "own_devices")
        )

    async def asked(self, what: str, params: dict[str, object]) -> dict[str, Any] | None:
        """The answer's body; a refusal is said and is None."""
        reply = await self.desk.ask(what, params)
        self.waiting = False
        if reply.code:
            self.toast(self.sentence(reply.code, reply.params), "late", "error")
            return None
        return dict(reply.body)


class DevicesPresenter(SetUpPresenter):
    """State: what was found, the printer on the screen as it would be saved, what a try said."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.found: list[dict[str, Any]] = []
        self.looked = False
        self.draft: Printer | None = None
        self.tried: dict[str, Any] | None = None

    def enter(self) -> None:
        """What was found stays; a draft that nobody saved is forgotten."""
        self.draft, self.tried, self.waiting = None, None, False

    # -- intents -------------------------------------------------------------------------------
    @intent
    def find(self) -> None:
        """Look for printers on the networks, on the server's wires and on this terminal's own."""
        if not self.waiting:
            self.waiting = True
            self.desk.later(self._look_around())

    async def _look_around(self) -> None:
        own = await self.desk.own_printers()
        body = await self.asked("find_printers", {})
        if body is not None:
            self._keep_found({"found": [*own, *body["found"]]})

    @intent
    def pick(self, printer_id: str) -> None:
        """A printer of the house."""
        self.draft, self.tried = self.desk.catalogue.printers.get(printer_id), None

    @intent
    def pick_found(self, number: str) -> None:
        """A printer that was found, as a new one; or as the new place of the one on the screen."""
        one = self.found[int(number)]
        connection = str(one["connection"])
        self.tried = None
        if self.draft is not None:
            self.draft = _placed(self.draft, connection)
            return
        name = str(one["name"]) or self.say("printer_new", n=len(self.desk.catalogue.printers) + 1)
        new = Printer(self.desk.new_id(), dict.fromkeys(self._languages(), name))
        self.draft = _placed(new, connection)

    @intent
    def close(self) -> None:
        """Nothing on the screen, so that a found printer becomes a new one."""
        self.draft, self.tried = None, None

    @intent
    def turn(self, what: str) -> None:
        """The next value of a row: width, letters, backup."""
        draft = self.draft
        if draft is None:
            return
        if what == "width":
            draft = replace(draft, width_dots=NARROW if draft.width_dots == WIDE else WIDE)
        elif what == "letters":
            draft = replace(draft, code_page=after(draft.code_page, CODE_PAGES))
        else:
            others = ("", *(p for p in self.desk.catalogue.printers if p != draft.printer_id))
            draft = replace(draft, fallback_printer_id=after(draft.fallback_printer_id, others))
        self.draft, self.tried = draft, None

    @intent
    def station(self, station_id: str) -> None:
        """A station's printer, then its backup, then neither: saved at once."""
        station = self.desk.catalogue.stations.get(station_id)
        if station is None or self.draft is None:
            return
        own = self.draft.printer_id
        first, second = station.printer_id, station.fallback_printer_id
        if first == own:
            first, second = "", own
        elif second == own:
            second = ""
        else:
            first, second = own, "" if second == own else second
        params: dict[str, object] = {
            "station_id": station_id,
            "printer_id": first,
            "fallback_printer_id": second,
        }
        self._ask("assign_station", params, self._nothing)

    @intent
    def try_it(self) -> None:
        """A test page with what stands on the screen."""
        if self.draft is not None:
            self._ask("try_printer", {"printer": asdict(self.draft)}, self._keep_tried)

    @intent
    def save(self) -> None:
        """In force for the whole house."""
        if self.draft is not None:
            self._ask("save_printer", {"printer": asdict(self.draft)}, self._keep_saved)

    # -- answers -------------------------------------------------------------------------------
    def _ask(self, what: str, params: dict[str, object], then: Any) -> None:
        if self.waiting:
            return
        self.waiting = True

        async def work() -> None:
            body = await self.asked(what, params)
            if body is not None:
                then(body)

        self.desk.later(work())

    def _keep_found(self, body: dict[str, Any]) -> None:
        self.found, self.looked = list(body["found"]), True

    def _keep_tried(self, body: dict[str, Any]) -> None:
        self.tried = body

    def _keep_saved(self, body: dict[str, Any]) -> None:
        self.toast(self.say("set_up_saved"), "ready", "check")

    def _nothing(self, body: dict[str, Any]) -> None:
        """The catalogue that comes with the next event shows it."""

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> DevicesView:
        """The screen as it stands."""
        draft = self.draft
        saved = self.desk.catalogue.printers.get(draft.printer_id) if draft else None
        ready = draft is not None and not self.waiting and self.desk.link.online
        new = draft is not None and draft != saved
        hint = "stations_hint" if draft else "choose_printer"
        label = self.say("looking") if self.waiting else self.say("find_printers")
        return DevicesView(
            head=self.head(),
            tabs=self.tabs("devices"),
            left_title=self._title(),
            left_cards=self._left(),
            middle_title=self.name(draft.names) if draft else self.say("who_prints"),
            rows=self._rows(draft) if draft else self._who_prints(),
            row_acts=(Act("close", self.say("set_up_close"), "outline"),) if draft else (),
            foot=self.say(hint) if saved or not draft else "",
            right_title=self.say("try_title"),
            cards=self._said(),
            third=Act("find", label, "outline", not self.waiting and self.desk.link.online,
                      "search", size=17),
            second=Act("try_it", self.say("test_print"), "plain", ready, "print", size=17),
            main=Act("save", self.say("save"), "go", ready and new, size=20),
        )  # fmt: skip

    def _title(self) -> str:
        title = self.say("printers_here", n=len(self.desk.catalogue.printers))
        if self.looked:
            title += " · " + self.say("found_title", n=len(self.found))
        return title

    def _left(self) -> tuple[Card, ...]:
        health = {one.label: one for one in self.desk.link.printers}
        cards = [self._card(printer, health) for printer in self.desk.catalogue.printers.values()]
        known = {one.reached_by for one in self.desk.catalogue.printers.values()}
        for number, one in enumerate(self.found):
            connection = str(one["connection"])
            note = self.say("found_known" if connection in known else "found_new")
            if not one["answers"] and connection.startswith("tcp:"):
                note = self.say("found_silent")
            cards.append(
                Card(
                    str(one["name"]) or _place_of(connection),
                    (_place_of(connection), note),
                    stripe="" if connection in known else "accent",
                    id=f"pick_found:{number}",
                )
            )
        return tuple(cards)

    def _card(self, printer: Printer, health: dict[str, Health]) -> Card:
        name = self.name(printer.names)
        # The server names printers in the venue's language.
        venue = self.desk.catalogue.settings.language
        one = health.get(self.desk.catalogue.name(printer.names, venue))
        state = one.state if one is not None else "unknown"
        said = self.say(f"printer_{state}") if state in STATES else self.say("printer_unknown")
        place = _place_of(printer.reached_by) or self.say("no_address")
        picked = self.draft is not None and self.draft.printer_id == printer.printer_id
        return Card(
            name,
            (place, said),
            stripe=STATES.get(state, "faint"),
            id=f"pick:{printer.printer_id}",
            icon="chevron_right" if picked else "",
        )

    def _who_prints(self) -> tuple[Pair, ...]:
        """Each station and the receipts with their printer, a tap on which opens it."""
        catalogue = self.desk.catalogue
        places = [(self.name(one.names), one.printer_id) for one in catalogue.stations.values()]
        places.append((self.say("paper_receipt"), catalogue.settings.receipt_printer_id))
        rows = []
        for label, printer_id in places:
            printer = catalogue.printers.get(printer_id)
            value = self.name(printer.names) if printer else "—"
            action = f"pick:{printer_id}" if printer else ""
            rows.append(Pair(label, value, rule=True, id=action))
        return tuple(rows)

    def _rows(self, draft: Printer) -> tuple[Pair, ...]:
        catalogue = self.desk.catalogue
        backup = catalogue.printers.get(draft.fallback_printer_id)
        letters = draft.code_page.upper() if draft.code_page else self.say("letters_drawn")
        rows = [
            Pair(self.say("row_place"), _place_of(draft.reached_by) or self.say("no_address"),
                 rule=True),
            Pair(self.say("row_width"), "80 mm" if draft.width_dots >= WIDE else "58 mm",
                 rule=True, id="turn:width"),
            Pair(self.say("row_letters"), letters, rule=True, id="turn:letters"),
            Pair(self.say("row_backup"), self.name(backup.names) if backup else "—", rule=True,
                 id="turn:backup"),
        ]  # fmt: skip
        if draft.printer_id in catalogue.printers:
            for station_id, station in catalogue.stations.items():
                said, token = self._part_of(station, draft.printer_id)
                label = self.name(station.names)
                rows.append(Pair(label, said, token=token, rule=True, id=f"station:{station_id}"))
        return tuple(rows)

    def _part_of(self, station: Station, printer_id: str) -> tuple[str, str]:
        if station.printer_id == printer_id:
            return self.say("station_prints"), "ready"
        if station.fallback_printer_id == printer_id:
            return self.say("station_backup"), "hold"
        return self.say("station_elsewhere"), "dim"

    def _said(self) -> tuple[Card, ...]:
        if self.waiting:
            return (Card(self.say("looking"), (), stripe="accent"),)
        if self.tried is None:
            return (Card(self.say("try_hint_title"), (self.say("try_hint"),)),)
        state = str(self.tried["state"])
        well = state in ("confirmed", "consumed", "sent")
        title = self.say("tried_well" if well else "tried_badly")
        why = str(self.tried["words"] or "")
        proof = self.say(f"evidence_{self.tried['evidence']}")
        lines = tuple(line for line in (why, proof if well else "") if line)
        icon = "check_circle" if well else "error"
        return (Card(title, lines, stripe="ready" if well else "late", icon=icon),)

    def _languages(self) -> tuple[str, ...]:
        return self.desk.catalogue.settings.languages


def printers_chip(presenter: Presenter, tappable: bool) -> Chip | None:
    """The health of the printers for a head: how many are down; the way to the set-up for who may.

    None when all is well and there is nothing to open."""
    printers = presenter.desk.link.printers
    bad = [one for one in printers if one.state == "down"]
    low = [one for one in printers if one.state == "low"]
    action = "devices" if tappable else ""
    if bad:
        several = presenter.say("printers_down", n=len(bad))
        text = bad[0].label if len(bad) == 1 else several
        return Chip(text, action, dot="late", icon="warning", sign="print")
    if low:
        return Chip(low[0].label, action, dot="hold", icon="print", sign="print")
    said = presenter.say("set_up_devices")
    return Chip(said, action, icon="print", sign="print") if tappable else None


def parts_chip(presenter: Presenter, action: str = "") -> Chip | None:
    """What does not work since a part of the server died, or how many parts; None when all live.
    An `action` tells all of them (`parts_words`)."""
    down = presenter.desk.link.parts_down
    if not down:
        return None
    several = presenter.say("server_parts", n=len(down))
    text = several if len(down) > 1 else parts_words(presenter)
    short = presenter.say("server_fault") if action else ""
    return Chip(text, action, dot="late", icon="warning", short=short, sign="warning")


def parts_words(presenter: Presenter) -> str:
    """All that does not work since parts of the server died."""
    words = Words.of(presenter.language)
    keys = [f"part_{part}" for part in presenter.desk.link.parts_down]
    what = dict.fromkeys(words.say(key if words.knows(key) else "part_other") for key in keys)
    return words.say("server_part", what=" · ".join(what))


def _placed(printer: Printer, connection: str) -> Printer:
    """The printer at a connection: network addresses have fields of their own."""
    kind, _, rest = connection.partition(":")
    host, _, port = rest.rpartition(":")
    if kind == "tcp" and port.isdecimal():
        return replace(printer, host=host, port=int(port), connection="")
    return replace(printer, connection=connection)


def _place_of(connection: str) -> str:
    """A connection as people read it."""
    kind, _, rest = connection.partition(":")
    if kind == "at":
        code, _, wire = rest.partition(":")
        return f"{code} · {_place_of(wire)}"
    return {"tcp": rest, "usb": f"USB {rest}", "queue": rest}.get(kind, rest)
