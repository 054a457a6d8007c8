"""A numbered invoice for a company that has no account here: who buys, and the paper.

Shared by the pay screen and the closed checks of the cash desk. Rule: only the server numbers an
invoice, and only for a check that is closed there; what it refuses is said. The figures are those
of `sync_server.domain.invoices`.
"""

from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.presenter import Presenter


def buyer_steps(on: Presenter) -> tuple[Step, ...]:
    """Which company, and its tax number if it has one."""
    return (
        Step("text", "buyer", on.say("buyer_name"), hint=on.say("buyer_hint"), words=True),
        Step("text", "code", on.say("buyer_code"), optional=True),
    )


async def print_invoice(on: Presenter, check_id: str, buyer: Answers) -> None:
    """Have it printed, and say whether it goes to the printer."""
    asked: dict[str, object] = {
        "check_id": check_id,
        "buyer": buyer["buyer"],
        "buyer_code": buyer["code"],
    }
    answer = await on.desk.ask("check_invoice", asked)
    if answer.code:
        on.toast(on.sentence(answer.code, answer.params), "hold", "info")
    else:
        on.toast(on.say("goes_to_printer"), "ready", "check")
