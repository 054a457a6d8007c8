"""The cash desk: the drawer, closed checks, vouchers, accounts, suspense, people, the day's end.

A tab each (`cash_section`), one list with what can be done beside it. View-model:
`cash_desk_view`; counting and closing a drawer is in `shift`.
"""

from pos_app.desk import Desk
from pos_app.presenters.cash_cards import CardsSection
from pos_app.presenters.cash_checks import ChecksSection
from pos_app.presenters.cash_club import ClubSection
from pos_app.presenters.cash_day import OpenSection, PeopleSection
from pos_app.presenters.cash_debts import AccountsSection, SuspenseSection, VouchersSection
from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.cash_drawer import DrawerSection
from pos_app.presenters.cash_reports import JournalSection, ReportsSection
from pos_app.presenters.cash_section import DeskPresenter, Section
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Head
from sync_server.domain.accounts import account_of_card
from sync_server.domain.club import card_read
from sync_server.domain.vouchers import voucher_read

TABS: dict[str, type[Section]] = {
    "drawer": DrawerSection,
    "checks": ChecksSection,
    "vouchers": VouchersSection,
    "club": ClubSection,
    "accounts": AccountsSection,
    "cards": CardsSection,
    "suspense": SuspenseSection,
    "people": PeopleSection,
    "open": OpenSection,
    "reports": ReportsSection,
    "journal": JournalSection,
}


class CashDeskPresenter(DeskPresenter):
    """State: the tab, what is picked and sought, what is asked, what a manager lets stand."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self._sections = {key: made(self) for key, made in TABS.items()}
        self.tab = "drawer"
        self.waived = {}
        self.enter()

    def enter(self) -> None:
        """Nothing is picked, sought or asked; the tab stays."""
        self.picked = self.sought = self.said = ""
        self.waived.clear()
        self.nothing_asked()
        wanted, self.place.tab = self.place.tab, ""
        if wanted:
            self.tab_tapped(wanted)

    @property
    def _section(self) -> Section:
        return self._sections[self.tab]

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the shift."""
        self.place.screen = "shift"

    @intent
    def tab_tapped(self, tab: str) -> None:
        """Another tab."""
        self.tab, self.picked, self.sought = tab, "", ""
        self._section.entered()

    @intent
    def open(self, key: str) -> None:
        """A row of the list."""
        self._section.open(key)

    @intent
    def do(self, what: str) -> None:
        """One of the actions that stand now; a finger may come after another tab did."""
        if any(act.id == f"do:{what}" and act.enabled for act in self._section.actions()):
            self._section.do(what)

    def held(self, code: str) -> bool:
        """A card or a code before a reader: the answer to what is asked, else a voucher, a club
        card or a house account to look at. False: it means nothing here."""
        if self.asking.open or self.approval.open:
            return not self.approval.open and self.asking.held(code)
        voucher = voucher_read(self.desk.venue.vouchers, code)
        account_id = account_of_card(self.desk.catalogue, code)
        club = card_read(self.desk.venue.club, code)
        if voucher is not None:
            self.tab, self.picked = "vouchers", voucher.code
        elif club is not None and self.may("club_cards"):
            self.tab, self.picked, self.sought = "club", club.card, ""
            return True
        elif account_id:
            self.tab, self.picked = "accounts", ""
            self._section.open(account_id)
        return voucher is not None or bool(account_id)

    def scan(self, code: str) -> None:
        """A code that is nothing here was read by the scanner: it is said."""
        if not self.asking.open:
            self.toast(self.sentence("no_voucher", {"voucher": code}), "late", "error")

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> CashDeskView:
        """The screen as it stands."""
        section = self._section
        cards = section.cards()
        return CashDeskView(
            head=Head(
                self.say("cash_desk"),
                self.back_act("back"),
                (),
                (self.link_chip(), self.clock_chip()),
                self.avatar(),
            ),
            tabs=tuple(
                Act(
                    f"tab_tapped:{key}",
                    self.say(f"tab_{key}"),
                    "chosen" if key == self.tab else "flat",
                    size=15,
                )
                for key, section_of in self._sections.items()
                if section_of.there() and (not section_of.right or self.may(section_of.right))
            ),
            cards=cards,
            empty="" if cards else section.empty(),
            side_title=section.title(),
            rows=section.rows(),
            notes=section.notes(),
            actions=section.actions(),
            sheet=self.sheet(),
        )
