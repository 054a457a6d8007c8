"""What may be done with the lines of a check, and the sheets that ask for it.

The ground of the order presenter: picking a line, changing it, voiding it, sending and firing, and
the answers to the questions of `order_sheets`. `order_check` is about the check as a whole; menu
and view are `order`.
"""

from dataclasses import replace

from pos_app.desk import Desk
from pos_app.presenters import order_sheets as sheets
from pos_app.presenters.approval import Approval
from pos_app.presenters.modifiers import Making
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.limits import QTY_MILLI
from sync_server.domain.making import NOTE_LENGTH
from sync_server.domain.menu import Item
from sync_server.domain.quantity import ONE
from sync_server.domain.rejections import Refused
from sync_server.domain.staff import discount_limit

_TYPED_LENGTH = 60
FAVOURITES = "favourites"


class LineWork(Presenter):
    """State: the picked line and seat, the sheet that is open, what was typed on it."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.picked = ""
        self.seat = -1
        self.category = FAVOURITES
        self.making: Making | None = None
        self.asked = ""
        self.typed = ""
        self.figures = False
        self.reason = ""
        self.made = False
        self.count = 0
        self.on_line = False
        self.way = "void"
        self.all_mine = False
        self.approval = Approval(self, self._approved)

    def enter(self) -> None:
        """Another check: nothing picked, nothing asked."""
        self.picked, self.seat, self.making = "", -1, None
        self.category = FAVOURITES
        self._shut()

    @property
    def check(self) -> Check | None:
        """The check in work, while it is open."""
        return self.desk.venue.checks.get(CheckId(self.place.check_id))

    @property
    def line(self) -> Line | None:
        """The picked line."""
        return self.check.line(self.picked) if self.check and self.picked else None

    def _shut(self) -> None:
        self.asked = self.typed = self.reason = ""
        self.made = self.figures = False
        self.count = 0
        self.way = "void"
        self.all_mine = False
        self.approval.shut()

    def submit_or_ask(self, command: object) -> bool:
        """Submit; what only lacks a right or is over a limit asks a colleague for an approval."""
        decision = self.desk.submit(command)
        if isinstance(decision, Refused) and self.approval.wanted(command, decision):
            return False
        return self.told(decision)

    def _approved(self) -> None:
        self.picked = ""
        self._shut()

    @intent
    def approver(self, staff_id: str) -> None:
        """Who lends the right."""
        self.approval.pick(staff_id)

    def ask(self, question: str, typed: str = "") -> None:
        """Open the sheet of a question."""
        self._shut()
        self.asked, self.typed = question, typed

    # -- picking -------------------------------------------------------------------------------
    @intent
    def pick(self, line_id: str) -> None:
        """Pick a line; picking one again that waits opens its choices, one at work lets it go."""
        if self.picked != line_id:
            self.picked, self.making = line_id, None
            self._shut()
            return
        line = self.line
        item = self.desk.catalogue.items.get(line.item_id) if line else None
        told = line is not None and line.sent and line.state != "held"
        if line is not None and not line.sent and item is not None and item.sold_by == "weight":
            self.quantity_asked(line)
        elif line is None or told or item is None or not item.group_ids:
            self.picked = ""
        else:
            self.change()

    @intent
    def change(self) -> None:
        """Open the choices of the picked line. Of one at work note and allergy may change still."""
        line = self._open_line("held", "fired")
        item = self.desk.catalogue.items.get(line.item_id) if line else None
        if line is None or item is None:
            return
        self._shut()
        self.making = Making(
            item,
            line.seat,
            line.course,
            [c.Choice(chosen.modifier_id, chosen.pre) for chosen in line.chosen],
            line.qty_milli,
            line.note,
            line.allergy,
            line.line_id,
            base_minor=line.unit_minor - sum(chosen.price_minor for chosen in line.chosen)
            if line.portion_milli == ONE
            else self.base_price(item),
            most_milli=line.qty_milli if line.state == "fired" else QTY_MILLI,
        )

    def base_price(self, item: Item) -> int:
        """What a dish costs before choices. Override."""
        raise NotImplementedError

    def _open_line(self, *states: str) -> Line | None:
        """The picked line, if it may still be changed in this way."""
        line = self.line
        if line is None:
            self.toast(self.say("pick_a_line"))
            return None
        if line.sent and line.state not in states:
            self.toast(self.sentence("line_sent", {"name": line.name}), "hold", "info")
            return None
        return line

    def alter(self, line: Line, **changes: object) -> bool:
        """Submit a changed line; what is not named stays."""
        same = c.ChangeLine(
            CheckId(self.place.check_id),
            line.line_id,
            line.qty_milli,
            tuple(c.Choice(chosen.modifier_id, chosen.pre) for chosen in line.chosen),
            line.seat,
            line.course,
            line.note,
            line.allergy,
        )
        return self.submit(replace(same, **changes))  # type: ignore[arg-type]

    # -- the row of actions --------------------------------------------------------------------
    @intent
    def double(self) -> None:
        """Twice as much of an unsent line; of a sent one the same again, as a new line."""
        line = self.line
        if line is None:
            self.toast(self.say("pick_a_line"))
        elif line.sent or line.set_id:
            self.again(line)
        else:
            self.alter(line, qty_milli=line.qty_milli * 2)

    def again(self, line: Line) -> None:
        """The same dish once more. Override."""
        raise NotImplementedError

    def put_back(self, line: Line) -> c.AddLines:
        """What brings a line back that was taken off, with its set. Override."""
        raise NotImplementedError

    @intent
    def ask_for(self, question: str) -> None:
        """Open a question about the picked line, or about the check."""
        if question == "quantity":
            fresh = self._open_line()
            if fresh is not None:
                self.making = None
                self.quantity_asked(fresh)
            return
        if question == "note" and self._open_line("held", "fired") is None:
            return
        if question in ("seat", "course") and self.line is None:
            self.toast(self.say("pick_a_line"))
            return
        line = self.line
        self.making = None
        if question == "tab_name":
            self.ask(question, self.check.name if self.check else "")
            return
        self.ask(question, line.note if line is not None and question == "note" else "")

    def quantity_asked(self, line: Line) -> None:
        """How much of an unsent line."""
        self.ask("quantity")

    @intent
    def ask_note(self) -> None:
        """A note for the dish on the sheet."""
        self.ask("making_note", self.making.note if self.making else "")

    @intent
    def ask_allergy(self) -> None:
        """An allergy for the dish on the sheet."""
        self.ask("making_allergy", self.making.allergy if self.making else "")

    @intent
    def key(self, key: str) -> None:
        """A sign on a sheet."""
        if self.approval.open:
            self.approval.key(key)
        elif key == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < min(_TYPED_LENGTH, NOTE_LENGTH):
            self.typed += key

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.figures = not self.figures

    @intent
    def quick(self, text: str) -> None:
        """A ready text on a sheet."""
        self.typed = f"{self.typed}, {text}" if self.typed.strip() else text

    @intent
    def cancel(self) -> None:
        """Close what is open, from the top."""
        if self.approval.open:
            self.approval.cancel()
        elif self.asked:
            self._shut()
        else:
            self.making = None

    @intent
    def confirm(self) -> None:
        """Take what was typed or chosen."""
        asked, typed = self.asked, self.typed.strip()
        if asked == "void":
            self._void_sent()
            return
        self._shut()
        self.confirm_typed(asked, typed)

    def confirm_typed(self, asked: str, typed: str) -> bool:
        """Take what was typed for one of these questions; False if it is none of them."""
        line = self.line
        if asked == "quantity" and line is not None:
            self.settled(self.alter(line, qty_milli=_milli(typed)), asked, typed)
        elif asked == "guests":
            guests = int(typed) if typed.isdigit() else 0
            done = self.submit(c.SetGuests(CheckId(self.place.check_id), guests))
            self.settled(done, asked, typed)
        elif asked == "note" and line is not None:
            self.settled(self.alter(line, note=typed), asked, typed)
        elif asked == "making_note":
            self.noted(typed, "")
        elif asked == "making_allergy":
            self.noted("", typed)
        else:
            return False
        return True

    def settled(self, done: bool, asked: str, typed: str) -> None:
        """What was refused stays on its sheet to be mended."""
        if not done:
            self.asked, self.typed = asked, typed

    def noted(self, note: str, allergy: str) -> None:
        """A note or an allergy for what is on the sheet. Override."""
        raise NotImplementedError

    @intent
    def set_seat(self, seat: str) -> None:
        """For whom the picked line is."""
        if self.line is not None and self.alter(self.line, seat=int(seat)):
            self._shut()

    @intent
    def set_course(self, course: str) -> None:
        """With which course the picked line comes."""
        if self.line is not None and self.alter(self.line, course=int(course)):
            self._shut()

    # -- void ----------------------------------------------------------------------------------
    @intent
    def void(self) -> None:
        """Take an unsent line off at once; of a sent one ask why."""
        line = self.line
        if line is None:
            self.toast(self.say("pick_a_line"))
        elif line.sent:
            self.ask("void")
        elif self.submit(c.RemoveLines(CheckId(self.place.check_id), (line.line_id,))):
            self.picked = ""
            self.undoable(self.say("removed", name=line.name), self.put_back(line))

    @intent
    def reason_tapped(self, reason_id: str) -> None:
        """Why."""
        self.reason = reason_id

    @intent
    def void_as(self, way: str) -> None:
        """Not made or wrong (void), sent back by the guest (return), on the house (comp)."""
        self.way, self.reason = way, ""

    @intent
    def count_off(self, by: str) -> None:
        """How many of the line: one fewer or more, or ("turn") one alone, then all of them."""
        line = self.line
        if line is None:
            return
        most = portions_of(line)
        now = self.count or most
        if by == "turn":
            self.count = 1 if now == most else most
        else:
            self.count = max(1, min(now + int(by), most))

    @intent
    def made_tapped(self) -> None:
        """Whether it was made."""
        self.made = not self.made

    def _void_sent(self) -> None:
        line, check = self.line, self.check
        if line is None or check is None or not self.reason:
            return
        kin = [x for x in check.live if line.set_id and x.set_id == line.set_id] or [line]
        for one in kin:
            if not self.submit_or_ask(self._taken_off(one)):
                return
        self.picked = ""
        self._shut()

    def _taken_off(self, line: Line) -> object:
        check_id = CheckId(self.place.check_id)
        portions = min(self.count, portions_of(line))
        qty_milli = portions * ONE if portions else line.qty_milli
        if self.way == "comp":
            grant_id = self.desk.new_id()
            return c.CompLine(check_id, grant_id, line.line_id, qty_milli, self.reason)
        return c.VoidLine(check_id, line.line_id, qty_milli, self.reason, self.made, self.way)

    # -- kitchen -------------------------------------------------------------------------------
    @intent
    def hold(self) -> None:
        """Hold or release what is unsent."""
        check = self.check
        if check is None:
            return
        unsent = self._hold_group(check)
        if unsent:
            held = not all(line.held for line in unsent)
            ids = tuple(line.line_id for line in unsent)
            self.submit(c.HoldLines(check.check_id, ids, held))
        else:
            self.toast(self.say("nothing_to_hold"))

    def _hold_group(self, check: Check) -> list[Line]:
        """The unsent lines of the picked line's course, else of the last course."""
        unsent = list(check.unsent)
        if not unsent:
            return []
        line = self.line
        course = line.course if line in unsent and line else max(x.course for x in unsent)
        return [x for x in unsent if x.course == course]

    def fireable(self, check: Check) -> list[Line]:
        """Held lines that the kitchen knows: of the picked line's course, else of the next."""
        held = [line for line in check.live if line.state == "held"]
        if not held:
            return []
        line = self.line
        course = line.course if line in held and line else min(x.course for x in held)
        return [x for x in held if x.course == course]

    @intent
    def fire(self) -> None:
        """The held lines of the course are due now."""
        check = self.check
        held = tuple(line.line_id for line in self.fireable(check)) if check else ()
        if check is not None and held:
            self.submit(c.FireLines(check.check_id, held))

    @intent
    def serve(self) -> None:
        """What is ready was carried out."""
        check = self.check
        ready = ready_of(check) if check else ()
        if check is not None and ready:
            self.submit(c.ServeLines(check.check_id, ready))

    @intent
    def send(self) -> None:
        """What is new goes to the kitchen."""
        check = self.check
        if check is None or not check.unsent:
            return
        if self.submit(c.SendLines(check.check_id, tuple(x.line_id for x in check.unsent))):
            self.picked = ""

    # -- sheets --------------------------------------------------------------------------------
    def sheet(self, check: Check) -> Sheet:
        """The sheet of the question that is open."""
        line, asked = self.line, self.asked
        self.approval.look()
        if self.approval.open:
            return self.approval.sheet()
        if asked == "quantity" and line is not None:
            title = sheets.picked_title(self, "quantity_of", line)
            return sheets.keypad(self, title, self.typed, self.say("take_over"), ".")
        if asked == "guests":
            return sheets.keypad(self, self.say("how_many_guests"), self.typed, self.say("done"))
        if asked == "seat" and line is not None:
            return sheets.seats(self, check, line)
        if asked == "course" and line is not None:
            return sheets.courses(self, line)
        if asked == "void" and line is not None:
            off = sheets.TakingOff(self.way, self.reason, self.made, self.count, portions_of(line))
            return sheets.void_reasons(self, line, off)
        if asked == "discount":
            limit = discount_limit(self.desk.catalogue, self.desk.me)
            return sheets.discounts(self, check, limit, self.on_line)
        if asked in ("note", "making_note", "making_allergy"):
            return self._text_sheet(asked)
        return self._list_sheet(check, asked)

    def _list_sheet(self, check: Check, asked: str) -> Sheet:
        match asked:
            case "table":
                return sheets.tables(self, check)
            case "colleague":
                return sheets.colleagues(self, self.all_mine)
            case "line":
                acts = (*self.line_acts(check), *self.check_acts(check))
                return sheets.choices(self, self.say("line_actions"), acts)
            case "more":
                return sheets.choices(self, self.say("more"), self.more_acts(check))
        return NO_SHEET

    def _text_sheet(self, asked: str) -> Sheet:
        allergy = asked == "making_allergy"
        ready = self.words.listed("allergens" if allergy else "quick_notes")
        title = self.say("allergy_title" if allergy else "note_title")
        return sheets.letters(
            self,
            title,
            self.typed,
            self.say("allergy_hint" if allergy else "note_hint"),
            self.say("done"),
            tuple(Act(f"quick:{text}", text, size=15) for text in ready),
            self.figures,
        )

    def line_acts(self, check: Check) -> tuple[Act, ...]:
        """The actions on the picked line. Override."""
        raise NotImplementedError

    def check_acts(self, check: Check) -> tuple[Act, ...]:
        """Those of the check that have no button of their own in portrait. Override."""
        raise NotImplementedError

    def more_acts(self, check: Check) -> tuple[Act, ...]:
        """The rarer actions. Override."""
        raise NotImplementedError


def hundredths(typed: str) -> int:
    """Hundredths from what was typed: "12.5" is 1250. Zero when it is no figure."""
    return _milli(typed) // 10


def _milli(typed: str) -> int:
    """Thousandths from what was typed: "2", "0.35". Zero when it is no figure."""
    whole, _, part = typed.replace(",", ".").partition(".")
    if not (whole or part) or not (whole + part).isdigit():
        return 0
    return int(whole or "0") * 1000 + int((part + "000")[:3])


def portions_of(line: Line) -> int:
    """How many portions a line can be taken apart into; 0 of one, of a weight, share or set."""
    apart = line.qty_milli > ONE and not line.qty_milli % ONE
    return line.qty_milli // ONE if apart and not line.share_of and not line.set_id else 0


def ready_of(check: Check) -> tuple[LineId, ...]:
    """Lines that wait to be carried out."""
    return tuple(line.line_id for line in check.live if line.state == "ready")
