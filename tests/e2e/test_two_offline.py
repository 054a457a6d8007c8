"""Two waiters at two real windows, on one table, while the server is away; and its return.

Everything is real, as in `test_path`: processes, windows side by side on one Xvfb, fingers of the X
server, simulated printers on sockets. Neither waiter knows of the other until the link is back;
nothing is lost, the kitchen hears of nothing twice, and whoever came second is led on by a button.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.demo.stage import Stage, Window
from sync_server.demo.venue import DEMO_VENUE
from tests.e2e.conftest import DAY, PICTURES
from tests.e2e.screen import Glass, Screen
from tests.ports import lasting_port

SIZE = (1366, 768)
WAITERS = (("Olena K.", "4071"), ("Nadia P.", "640918"))
ORDERS = (("soups", "borscht-plain", "Борщ червоний"), ("mains", "deruny", "Деруни з грибами"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[tuple[Stage, list[Glass]]]:
    """A server, two terminals, the kitchen's printers; no kitchen display, as paper stands in."""
    names = ["Terminal 1", "Terminal 2"]
    with Screen(SIZE[0], 2 * SIZE[1]) as screen:
        env = {
            "DISPLAY": screen.display,
            "SDL_VIDEODRIVER": "x11",
            "KIVY_METRICS_DENSITY": "1",
            "KIVY_DPI": "96",
        }
        with Stage(tmp_path / "venue", DEMO_VENUE, DAY, env=env, words=True) as made:
            made.start_printers(["kitchen-hot", "kitchen-cold", "bar", "cashier"])
            made.start_server([("pos", name) for name in names], port=lasting_port())
            glasses = []
            for number, name in enumerate(names):
                top = number * SIZE[1]
                made.start_terminal(name, str(number + 1), "main", Window(*SIZE, 0, top))
                glasses.append(Glass(screen, made.words_of(name), 0, top, SIZE))
            yield made, glasses


def sign_in(glass: Glass, name: str, pin: str) -> None:
    """Tap a name, type the PIN."""
    glass.touch(name)
    for figure in pin:
        glass.act(f"key:{figure}")
    glass.until("Замкнути")


def tickets(stage: Stage) -> int:
    """How many tickets the kitchen's printer has cut off."""
    return len(list((stage.paper / "kitchen-hot").glob("*.png")))


def test_two_offline_waiters_on_one_table_lose_nothing_and_are_led_on(
    stage: tuple[Stage, list[Glass]],
) -> None:
    house, glasses = stage
    for glass, (name, pin) in zip(glasses, WAITERS, strict=True):
        sign_in(glass, name, pin)
    port = int(house.url.rpartition(":")[2])
    house.processes.pop("server").stop()
    for glass, (name, pin) in zip(glasses, WAITERS, strict=True):
        glass.until("готівка працюють")
        glass.touch("Замкнути")
        sign_in(glass, name, pin)  # by what the server left here
        glass.touch("3", exact=True)
        glass.until("Стіл 3")
    for glass, (category, item, _) in zip(glasses, ORDERS, strict=True):
        glass.act(f"show_category:{category}")
        glass.act(f"tap_item:{item}")
        glass.until("Надіслати 1")
    for glass in glasses:
        glass.touch("Надіслати 1")
    for glass, (_, _, dish) in zip(glasses, ORDERS, strict=True):
        glass.until("Усе надіслано")
        glass.until(dish)
    glasses[0].keep(PICTURES / "offline.png")
    # Each terminal tells the kitchen on paper itself.
    glasses[0].wait_for(lambda: tickets(house) == len(glasses), "two tickets did not come")

    house.start_server(port=port)
    for glass in glasses:
        glass.until_gone("готівка працюють")
    glasses[0].wait_for(lambda: any(x.sees("Поруч") for x in glasses), "nobody is told")
    (second,) = (glass for glass in glasses if glass.sees("Поруч"))
    first = next(glass for glass in glasses if glass is not second)
    second.until(WAITERS[glasses.index(first)][0])  # who it was is said
    second.keep(PICTURES / "conflict.png")
    second.touch("Поруч")
    second.until("Рахунок 2")
    for _, _, dish in ORDERS:
        second.until(dish)
    second.keep(PICTURES / "side-by-side.png")

    manager = glasses[1]
    if manager is not second:
        manager.touch("Поділити")
        manager.until("Рахунок 2")
    manager.act("join_all")
    manager.until_gone("Рахунок 2")
    for _, _, dish in ORDERS:
        manager.until(dish)
    assert tickets(house) == len(glasses), "the kitchen hears of nothing twice"
    for name in ("server", "Terminal 1", "Terminal 2"):
        log = house.processes[name].tail()
        assert "Traceback" not in log, log
