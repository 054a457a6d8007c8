"""The shape of the code as a test: sizes, openings, names, clocks, floats, imports, hosts.

Every rule here reads the syntax tree, not the text, where that is possible; each is first shown a
planted breach that it must report, and each fails when it found nothing to look at. Which package
may import which is the business of `.importlinter`; here it is only seen that no package escapes
those contracts. House style in prose: CONTRIBUTING.md.
"""

from __future__ import annotations

import ast
import configparser
import gc
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache, lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("sync_server", "hardware", "glass", "pos_app", "kds_app")
COLUMNS, FUNCTION_LINES, FILE_LINES = 100, 70, 600
NO_NAMES = {"util", "utils", "helper", "helpers", "common", "base", "manager"}

# Where the outside world comes in: module -> the calls that it alone may make, and nothing else.
ADAPTERS: dict[str, set[str]] = {
    "hardware/links.py": {"time.monotonic"},  # deadlines of a device that does not answer
    "sync_server/clocks.py": {
        "datetime.datetime.now",
        "os.urandom",
        "random.SystemRandom",
        "secrets.token_bytes",
        "secrets.token_hex",
        "time.monotonic_ns",
        "time.time_ns",
    },
}

# Exact decimals may be divided; nowhere else in the domain may anything be.
MAY_DIVIDE = {"card_sheet", "costing", "recipes", "stock", "quantity"}

PARSE_TRIES = 5

Breaches = Iterator[tuple[int, str]]


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would add, so that a new file is judged before its first commit."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted({ROOT / name for name in listing.split("\0") if name and (ROOT / name).exists()})


def python_files(*folders: str) -> list[Path]:
    """Python files below `folders`; all of the project's without one."""
    return [
        path
        for path in tracked("*.py")
        if not folders or path.relative_to(ROOT).as_posix().startswith(tuple(folders))
    ]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file.

    Python 3.11 counts the depth of trees in one place for all threads, and may refuse a sound file
    when another one is busy with a tree: then it is asked again.
    """
    source = path.read_text(encoding="utf-8")
    for _ in range(PARSE_TRIES - 1):
        try:
            return ast.parse(source, str(path))
        except SystemError:
            gc.collect()
    return ast.parse(source, str(path))


@lru_cache(maxsize=1)
def every_node(tree: ast.Module) -> list[ast.AST]:
    """All nodes of a tree, for all rules: walking takes longer than parsing."""
    return list(ast.walk(tree))


def report(files: list[Path], rule: Callable[[ast.Module], Breaches], at_least: int) -> None:
    """Asks a rule about files; fails with a line for each breach, or when files are too few."""
    assert len(files) >= at_least, f"looked at {len(files)} files only, of at least {at_least}"
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in files
        for line, what in judged(path)[rule]
    ]
    assert not found, "\n" + "\n".join(found)


def opening(tree: ast.Module) -> Breaches:
    """A file opens with a docstring."""
    if not (ast.get_docstring(tree) or "").strip():
        yield 1, "opens without a docstring"


def function_length(tree: ast.Module) -> Breaches:
    """A function fits a screen; its docstring and decorators are not counted."""
    for node in every_node(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines, at most {FUNCTION_LINES}"


def documented(tree: ast.Module) -> Breaches:
    """Public classes and functions say what they are; a record of mere fields may leave it."""
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
            and not all(isinstance(part, ast.AnnAssign | ast.Assign) for part in node.body)
        ):
            yield node.lineno, f"{node.name} has no docstring"


def class_names(tree: ast.Module) -> Breaches:
    """No class is named for nothing in particular."""
    for node in every_node(tree):
        if isinstance(node, ast.ClassDef):
            words = re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", node.name)
            if words and {words[0].lower(), words[-1].lower()} & NO_NAMES - {"manager"}:
                yield node.lineno, f"class {node.name}: name what it is"
            if words[1:] and words[-1] == "Manager":
                yield node.lineno, f"class {node.name}: name what it does"


class Origins(ast.NodeVisitor):
    """Resolves names to where they were imported from: `now` to `datetime.datetime.now`."""

    def __init__(self) -> None:
        self.origin: dict[str, str] = {}
        self.uses: list[tuple[int, str]] = []

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b` binds `a`; `import a.b as c` binds `c` to a.b."""
        for name in node.names:
            self.origin[name.asname or name.name.partition(".")[0]] = (
                name.name if name.asname else name.name.partition(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a import b as c` binds `c` to a.b, and is itself a use of a.b."""
        for name in node.names:
            whole = f"{node.module}.{name.name}"
            self.origin[name.asname or name.name] = whole
            self.uses.append((node.lineno, whole))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A dotted use, called or handed on: `default_factory=uuid.uuid4` counts as well."""
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in self.origin:
            self.uses.append((node.lineno, ".".join([self.origin[inner.id], *reversed(names)])))
        self.generic_visit(node)


OUTSIDE = re.compile(
    r"time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|localtime|gmtime)"
    r"|datetime\.(datetime|date)\.(now|utcnow|today)"
    r"|random\.(?!Random\b)\w+|secrets\.\w+|os\.(urandom|getrandom)|uuid\.uuid[1-7]"
)


def outside_world(tree: ast.Module) -> Breaches:
    """Clock, randomness and ids come in as arguments: only adapters fetch them."""
    origins = Origins()
    origins.visit(tree)
    for line, use in origins.uses:
        if OUTSIDE.fullmatch(use):
            yield line, f"{use}: take a clock, rng or new_id as an argument"


def floats(tree: ast.Module) -> Breaches:
    """No binary fraction, written or named."""
    for node in every_node(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"float {node.value}"
        if isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float"


def divisions(tree: ast.Module) -> Breaches:
    """`/` of two integers is a float."""
    for node in every_node(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "/ makes a float of integers: use // with a named rounding"


EVERYWHERE = (opening, function_length, class_names)
OF_PACKAGES = (documented, outside_world)
OF_DOMAIN = (floats, divisions)


@cache
def judged(path: Path) -> dict[Callable[[ast.Module], Breaches], list[tuple[int, str]]]:
    """What the rules say of a file, which is parsed once for all of them; no tree is kept."""
    tree, name = parsed(path), path.relative_to(ROOT).as_posix()
    rules = list(EVERYWHERE)
    if not name.startswith("tests/"):
        rules += OF_PACKAGES
    if name.startswith("sync_server/domain/"):
        rules += OF_DOMAIN
    return {rule: list(rule(tree)) for rule in rules}


LONG = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
PLANTED = [
    (opening, "import os\n"),
    (opening, "''' '''\n"),
    (function_length, LONG),
    (documented, "class Check: ...\n"),
    (class_names, "class OrderHelper: ...\n"),
    (class_names, "class BaseDriver: ...\n"),
    (class_names, "class PrinterManager: ...\n"),
    (outside_world, "import time\ntime.time()\n"),
    (outside_world, "from time import time as now\nnow()\n"),
    (outside_world, "import datetime as d\nd.datetime.now(d.UTC)\n"),
    (outside_world, "from datetime import datetime\ndef f():\n    return datetime.utcnow()\n"),
    (outside_world, "import random\nrandom.shuffle([])\n"),
    (outside_world, "from uuid import uuid4\n"),
    (outside_world, "import uuid\nfield(default_factory=uuid.uuid4)\n"),
    (outside_world, "def f():\n    import secrets\n    return secrets.token_hex()\n"),
    (floats, "x = 0.5\n"),
    (floats, "x = float(1)\n"),
    (floats, "def f(x: float): ...\n"),
    (divisions, "x = 1 / 2\n"),
    (divisions, "x /= 2\n"),
]


@pytest.mark.parametrize(("rule", "source"), PLANTED)
def test_every_rule_reports_a_planted_breach(
    rule: Callable[[ast.Module], Breaches], source: str
) -> None:
    assert list(rule(ast.parse(source)))


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (function_length, LONG.replace("    x = 1\n", "", 1)),
        (documented, "class GuestsSet:\n    guests: int\n    note: str = ''\n"),
        (class_names, "class HallManagerTile: ...\nclass Manager: ...\n"),
        (outside_world, "import random\nrng = random.Random(7)\nrng.random()\n"),
        (outside_world, "import datetime\ndatetime.datetime.fromtimestamp(0, datetime.UTC)\n"),
        (outside_world, "def f(time):\n    return time.time()\n"),
        (divisions, "x = 1 // 2\n"),
    ],
)
def test_no_rule_reports_what_is_allowed(
    rule: Callable[[ast.Module], Breaches], source: str
) -> None:
    assert not list(rule(ast.parse(source)))


def test_every_file_opens_with_what_it_is_for() -> None:
    report(python_files(), opening, at_least=30)


def test_every_function_fits_a_screen() -> None:
    report(python_files(), function_length, at_least=30)


def test_public_classes_and_functions_are_documented() -> None:
    report(python_files(*PACKAGES, "scripts"), documented, at_least=20)


def test_no_class_is_named_for_nothing() -> None:
    report(python_files(), class_names, at_least=30)


def test_no_file_or_folder_is_named_for_nothing() -> None:
    parts = {part for path in python_files() for part in path.relative_to(ROOT).parts}
    assert len(parts) > 30
    assert not {part for part in parts if Path(part).stem.split("_")[-1] in NO_NAMES}


def unnamed(readme: str, names: list[str]) -> list[str]:
    """Of a folder's names those that its README has in no pair of backticks: by name, with or
    without the ending, or by a pattern (`test_*`, `order_…`)."""
    ticked = {
        word.replace("…", "*").removesuffix(".py").rstrip("/")
        for token in re.findall(r"`([^`]+)`", readme)
        for word in re.split(r"[\s,;]+", token)
    }
    said = {part for word in ticked for part in (word, word.split("/")[0], word.split("/")[-1])}
    return [
        name
        for name in names
        if not any(fnmatch(name.removesuffix(".py"), word) for word in said if word.strip("*"))
    ]


def test_the_search_for_unnamed_files_finds_a_planted_one() -> None:
    readme = "| `order_…`, `kept.py` | orders |\n| `web/` | pages; `python -m tests.seen 7` |"
    names = ["order_commands.py", "kept.py", "lost.py", "web"]
    assert unnamed(readme, names) == ["lost.py"]


def test_every_readme_names_the_files_and_folders_beside_it() -> None:
    """A folder's page is what an engineer opens first: nothing beside it may go unsaid."""
    beside: dict[Path, set[str]] = {}
    for path in python_files(*PACKAGES, "tests", "scripts"):
        if path.name != "__init__.py":
            beside.setdefault(path.parent, set()).add(path.name)
        for folder in path.relative_to(ROOT).parents:
            if folder != folder.parent:
                beside.setdefault(ROOT / folder.parent, set()).add(folder.name)
    pages = [page for page in tracked("*README.md") if page.parent in beside]
    assert len(pages) > 12
    found = []
    for page in pages:
        missing = unnamed(page.read_text(encoding="utf-8"), sorted(beside[page.parent]))
        found += [f"{page.relative_to(ROOT)} does not name `{name}`" for name in missing]
    assert not found, "\n" + "\n".join(found)


# Words to a checker at the end of a line; ruff does not count them either.
PRAGMA = re.compile(r"\s+# (type: ignore|noqa).*$")


def test_files_and_lines_are_short() -> None:
    files = tracked("*.py", "*.kv", "*.sh", "Makefile")
    assert len(files) >= 30
    found = []
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT)
        if len(lines) > FILE_LINES:
            found.append(f"{name}: {len(lines)} lines, at most {FILE_LINES}")
        found += [
            f"{name}:{n}: {len(line)} columns, at most {COLUMNS}"
            for n, line in enumerate(lines, 1)
            if len(PRAGMA.sub("", line)) > COLUMNS
        ]
    assert not found, "\n" + "\n".join(found)


def test_clock_randomness_and_ids_come_in_as_arguments() -> None:
    used: set[tuple[str, str]] = set()
    for path in python_files(*PACKAGES):
        name = path.relative_to(ROOT).as_posix()
        for _, what in judged(path)[outside_world]:
            used.add((name, what.partition(":")[0]))
    allowed = {(name, call) for name, calls in ADAPTERS.items() for call in calls}
    breaches = sorted(f"{name}: {call}" for name, call in used - allowed)
    assert not breaches, "not an adapter (see ADAPTERS):\n" + "\n".join(breaches)
    stale = sorted(f"{name}: {call}" for name, call in allowed - used)
    assert not stale, "allowed in ADAPTERS but not used:\n" + "\n".join(stale)


def test_the_domain_holds_no_float() -> None:
    report(python_files("sync_server/domain/"), floats, at_least=8)


def test_the_front_of_the_domain_divides_only_with_a_named_rounding() -> None:
    front = [p for p in python_files("sync_server/domain/") if p.stem not in MAY_DIVIDE]
    report(front, divisions, at_least=6)


def test_the_server_package_itself_imports_nothing() -> None:
    tree = parsed(ROOT / "sync_server" / "__init__.py")
    assert [type(node) for node in tree.body] == [ast.Expr], "a docstring and nothing else"


def test_the_steps_of_each_database_are_one_line() -> None:
    """Two steps of one number, or after one step, and no database can be opened any more."""
    steps: dict[Path, list[tuple[str, str]]] = {}
    for path in python_files(*PACKAGES):
        said = dict(re.findall(r'^(revision|down_revision) = "(\w+)"', path.read_text(), re.M))
        if path.parent.name == "versions" and path.stem != "__init__":
            step = said["revision"], said.get("down_revision", "")
            steps.setdefault(path.parent, []).append(step)
    assert len(steps) >= 3
    for folder, found in steps.items():
        found.sort()
        before = ["", *(revision for revision, _ in found)]
        assert [after for _, after in found] == before[:-1], folder.relative_to(ROOT)


def contract_modules() -> dict[str, set[str]]:
    """The contracts of `.importlinter`: identifier -> modules whose imports it rules."""
    config = configparser.ConfigParser()
    assert config.read(ROOT / ".importlinter"), "no .importlinter found"
    rules: dict[str, set[str]] = {}
    for section in config.sections():
        if section.startswith("importlinter:contract:"):
            body = config[section]
            names = body.get("source_modules", body.get("modules", ""))
            rules[section.rpartition(":")[2]] = set(names.split())
    return rules


def test_every_package_stands_in_an_import_contract() -> None:
    ruled = set().union(*contract_modules().values())
    packages = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in python_files("sync_server/")
        if path.name == "__init__.py" and len(path.relative_to(ROOT).parts) == 3
    }
    packages |= set(PACKAGES) - {"sync_server"}
    packages |= {f"{app}.presenters" for app in ("pos_app", "kds_app")}
    assert len(packages) >= 6
    unruled = packages - ruled - {"sync_server.demo"}  # the demo assembles: it may import anything
    assert not unruled, f"no contract in .importlinter rules {sorted(unruled)}"


def test_every_module_of_the_domain_is_kernel_front_or_back() -> None:
    rules = contract_modules()
    parts = [rules[name] for name in ("kernel", "front-rules", "back-rules")]
    placed = set().union(*parts)
    assert len(placed) == sum(map(len, parts)), "a module stands in two of the three"
    modules = {f"sync_server.domain.{p.stem}" for p in python_files("sync_server/domain/")}
    unplaced = modules - placed - {"sync_server.domain.__init__"}
    assert not unplaced, f"place in kernel, front-rules or back-rules of .importlinter: {unplaced}"


IMPORT_ALL = """
import importlib, pkgutil, sys
blocked, names = set(sys.argv[1].split(",")), sys.argv[2].split(",")
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(name + " is not on this machine")
sys.meta_path.insert(0, Block())
count = 0
for name in names:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            count += 1
print(count)
"""
SERVER_ONLY = "sqlmodel,sqlalchemy,alembic,nicegui,fastapi,pydantic,psycopg"


def import_all(packages: str, blocked: str, home: Path) -> int:
    """Imports every module of `packages` in a fresh Python that lacks `blocked`."""
    kivy = {"KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_HOME": str(home)}
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, blocked, packages],
        cwd=ROOT,
        env={**os.environ, **kivy, "SDL_VIDEODRIVER": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout.split()[-1])


def test_presenters_and_client_import_without_kivy_and_without_tables(tmp_path: Path) -> None:
    packages = "sync_server.domain,sync_server.protocol,sync_server.client"
    packages += ",pos_app.presenters,kds_app.presenters"
    assert import_all(packages, f"kivy,{SERVER_ONLY}", tmp_path) > 20


def test_a_terminal_imports_without_any_table_library(tmp_path: Path) -> None:
    assert import_all("pos_app,kds_app,hardware", SERVER_ONLY, tmp_path) > 20


def hosts() -> re.Pattern[str]:
    """Registries' hosts, spelled so that this file does not name them itself."""
    names = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "(org|com)"), ("crates", "io")]
    names += [("deb.debian", "org"), ("proxy.golang", "org"), ("registry", "yarnpkg")]
    return re.compile("|".join(rf"{name}\.{top}\b" for name, top in names), re.IGNORECASE)


MAIL = re.compile(
    r"[\w.+-]+@(?!example\.)[\w-]+(\.[\w-]+)*\.(?!example\b|test\b|invalid\b)[a-z]{2,}\b"
)
AUTHOR = re.compile(
    r"__author__|@author\b|^authors? *[=:]|^# *author", re.IGNORECASE | re.MULTILINE
)


@pytest.mark.parametrize("text", ["files.pythonhosted" + ".org", "https://PYPI" + ".org/simple"])
def test_a_registry_is_recognised(text: str) -> None:
    assert hosts().search(text)


def test_no_tracked_file_names_a_registry_or_a_person() -> None:
    files = tracked()
    assert len(files) >= 40
    found = []
    for path in files:
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        text = data.decode("utf-8", errors="replace")
        for rule in (hosts(), MAIL, AUTHOR):
            if path != Path(__file__):
                found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in rule.finditer(text)]
    assert not found, "\n" + "\n".join(found)
