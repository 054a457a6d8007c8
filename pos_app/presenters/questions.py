"""A screen that asks questions and for a colleague's approval: the intents both have in common.

Base of the cash desk and the pay screen. Rule: one sheet at a time, an approval before a question;
leaving either changes nothing. The questions are in `asking`, approvals in `approval`.
"""

from pos_app.desk import Desk
from pos_app.presenters.approval import Approval
from pos_app.presenters.asking import Asking
from pos_app.presenters.presenter import Place, Presenter, intent
from pos_app.presenters.shown import Sheet
from sync_server.domain.rejections import Refused


class Questions(Presenter):
    """State: what is asked, and which command waits for an approval."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.asking = Asking(self)
        self.approval = Approval(self, self.went_through)

    def went_through(self) -> None:
        """A command was accepted, perhaps with an approval. Override."""

    def submit_or_ask(self, command: object) -> bool:
        """Submit; what only lacks a right, or is over a limit, asks a colleague."""
        decision = self.desk.submit(command)
        if isinstance(decision, Refused) and self.approval.wanted(command, decision):
            return False
        if not self.told(decision):
            return False
        self.went_through()
        return True

    def nothing_asked(self) -> None:
        """Every question is left, without a word to anybody."""
        self.asking.shut()
        self.approval.shut()

    def sheet(self) -> Sheet:
        """The question that stands now."""
        return self.approval.sheet() if self.approval.open else self.asking.sheet()

    # -- intents -------------------------------------------------------------------------------
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
