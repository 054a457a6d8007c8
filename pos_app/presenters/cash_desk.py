"""The cash desk: the drawer, closed checks, vouchers, accounts, suspense, people, the day's end.

A tab each (`cash_section`), one list with what can be done beside it. View-model:
`cash_desk_view`; counting and closing a drawer is in `shift`.
"""

from pos_app.desk import Desk
from pos_app.presenters.approval import Approval
from pos_app.presenters.asking import Asking
from pos_app.presenters.cash_checks import ChecksSection
from pos_app.presenters.cash_day import OpenSection, PeopleSection
from pos_app.presenters.cash_debts import AccountsSection, SuspenseSection, VouchersSection
from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.cash_drawer import DrawerSection
from pos_app.presenters.cash_reports import JournalSection, ReportsSection
from pos_app.presenters.cash_section import DeskPresenter, Section
from pos_app.presenters.presenter import Place, intent
from pos_app.presenters.shown import Act, Head

TABS: dict[str, type[Section]] = {
    "drawer": DrawerSection,
    "checks": ChecksSection,
    "vouchers": VouchersSection,
    "accounts": AccountsSection,
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
        self.asking = Asking(self)
        self.approval = Approval(self, self.went_through)
        self._sections = {key: made(self) for key, made in TABS.items()}
        self.tab = "drawer"
        self.waived = {}
        self.enter()

    def enter(self) -> None:
        """Nothing is picked, sought or asked; the tab stays."""
        self.picked = self.sought = self.said = ""
        self.waived.clear()
        self.asking.shut()
        self.approval.shut()

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

    @intent
    def open(self, key: str) -> None:
        """A row of the list."""
        self._section.open(key)

    @intent
    def do(self, what: str) -> None:
        """One of the actions."""
        self._section.do(what)

    @intent
    def pick(self, choice: str) -> None:
        """One of what was asked."""
        self.asking.pick(choice)

    @intent
    def key(self, key: str) -> None:
        """A figure or a letter of what is asked."""
        if self.approval.open:
            self.approval.key(key)
        else:
            self.asking.key(key)

    @intent
    def confirm(self) -> None:
        """What was asked is typed."""
        self.asking.confirm()

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.asking.other_keys()

    @intent
    def approver(self, staff_id: str) -> None:
        """This colleague approves."""
        self.approval.pick(staff_id)

    @intent
    def cancel(self) -> None:
        """Leave the question; nothing has changed."""
        self.asking.shut()
        self.approval.cancel()

    @intent
    def scan(self, code: str) -> None:
        """A code was read: it is what is being asked for, else a voucher to look at."""
        if self.asking.open:
            self.asking.typed = code
            self.asking.confirm()
        else:
            self.tab, self.picked = "vouchers", code

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
                if not section_of.right or self.may(section_of.right)
            ),
            cards=cards,
            empty="" if cards else section.empty(),
            side_title=section.title(),
            rows=section.rows(),
            notes=section.notes(),
            actions=section.actions(),
            sheet=self.approval.sheet() if self.approval.open else self.asking.sheet(),
        )
