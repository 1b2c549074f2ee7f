# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that no linter knows: read in the source itself, so that they hold for every new file.

Each test walks over what there is; a room of a later part is covered the day it appears.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from django.apps import apps
from django.template import engines

from satupintu.core.refusal import Refusal
from satupintu.door.write import task_of
from satupintu.ui.refusals import WORDS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "satupintu"
PLACEHOLDER = re.compile(r"%\((\w+)\)")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, as git would take it: what is ignored is not ours."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return tuple(path for name in sorted(set(names)) if name and (path := ROOT / name).is_file())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def python(folder: Path) -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and path.is_relative_to(folder)]


def calls(folder: Path) -> Iterator[tuple[Path, ast.Call, str]]:
    """Every call below a folder, with the last part of the called name."""
    for path in python(folder):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                yield path, node, name


def place(path: Path, node: ast.expr | ast.stmt) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def room_of(path: Path) -> tuple[str, str]:
    """satupintu/<room>/<module> of a file; a package counts as the module of its name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return (parts[0], parts[1] if len(parts) > 1 else "")


# --- heads and contents of files ----------------------------------------------------------------------------------


def test_every_python_file_names_its_licence() -> None:
    first = "# SPDX-License-Identifier: Apache-2.0"
    heads = {path: path.read_text("utf-8").split("\n", 1)[0] for path in python(ROOT) if path.stat().st_size}
    assert [str(path.relative_to(ROOT)) for path, head in heads.items() if head != first] == []
    assert (ROOT / "satu").read_text("utf-8").splitlines()[1] == first


def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine() -> None:
    # written in pieces: this file is searched like any other
    hosts = ["pypi" + ".org", "python" + "hosted", "npmjs" + ".", "registry" + ".npm", "deb.debian" + ".org"]
    words = "|".join([*map(re.escape, hosts), "index-" + "url = ", "/sim" + "ple/"])
    folders = r"(?<![\w.~/-])/(?:work|root|tmp|home/\w+)/"
    wrong = re.compile(f"{words}|{folders}")
    found = []
    for path in files():
        if path.read_bytes()[:1024].count(0):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if match := wrong.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert not found


def test_every_pinned_package_has_its_hashes() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=[A-Za-z])", path.read_text("utf-8").split("\n", 2)[2])
        bare = [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
        assert not bare, path.name
    for path in sorted((ROOT / "requirements").glob("*.in")):
        lines = [
            line for line in path.read_text("utf-8").split("\n") if line and not line.startswith(("#", "-r "))
        ]
        assert [line for line in lines if "==" not in line] == [], path.name


# --- refusals -----------------------------------------------------------------------------------------------------


def raised() -> Iterator[tuple[str, str, set[str], bool]]:
    """(where, code, names of the values, are there more that cannot be read here?) of each Refusal that is made."""
    for path, node, name in calls(PACKAGE):
        if name != "Refusal":
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            names = {word.arg for word in node.keywords if word.arg}
            yield place(path, node), first.value, names, any(word.arg is None for word in node.keywords)


def families() -> list[str]:
    """Patterns of the codes made from an f-string: Refusal(f"upload.{kind}") needs words for some upload.*"""
    found = []
    for _, node, name in calls(PACKAGE):
        if name == "Refusal" and node.args and isinstance(node.args[0], ast.JoinedStr):
            parts = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w-]+"
                for p in node.args[0].values
            ]
            found.append("".join(parts))
    return found


def test_every_refusal_has_words() -> None:
    speechless = [f"{where}: {code}" for where, code, _, _ in raised() if code not in WORDS]
    assert not speechless
    assert all(any(re.fullmatch(pattern, code) for code in WORDS) for pattern in families())


def test_every_word_belongs_to_a_refusal() -> None:
    strings = {
        node.value
        for path in python(PACKAGE)
        if path != PACKAGE / "ui" / "refusals.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    dead = [
        code for code in WORDS if code not in strings and not any(re.fullmatch(p, code) for p in families())
    ]
    assert not dead


def test_words_use_only_values_that_are_given() -> None:
    wrong = []
    for where, code, given, more in raised():
        if code in WORDS and not more:
            asked = set(PLACEHOLDER.findall(f"{WORDS[code].what} {WORDS[code].do}"))
            wrong += [f"{where}: {code} lacks {name}" for name in sorted(asked - given)]
    assert not wrong


def test_a_refusal_code_names_a_room_and_a_reason() -> None:
    assert [
        code for code in WORDS if not re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*", code)
    ] == []
    assert issubclass(Refusal, Exception)


# --- who writes ---------------------------------------------------------------------------------------------------

WRITERS = {"actions"}
WRITING_ROOMS = {"door"}
# file -> why it may write without an action
EXCEPTIONS: dict[str, str] = {
    "accounts/adapter.py": "allauth writes its own tables",
    "accounts/models.py": "the manager that allauth and Django make accounts with",
}
ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "abulk_create",
    "acreate",
    "asave",
    "adelete",
}
QUERY = {"objects", "filter", "exclude", "all", "select_for_update", "annotate"}


def names_in(node: ast.expr) -> set[str]:
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def is_write(node: ast.Call, name: str) -> bool:
    """A call that changes rows: on a queryset, or save() of what is no picture, PDF or form file."""
    if name in ALWAYS:
        return True
    if not isinstance(node.func, ast.Attribute):
        return False
    if name in {"create", "update", "delete"}:
        return bool(QUERY & names_in(node.func.value))
    return name == "save" and not node.args


def test_only_actions_write() -> None:
    found = []
    for path, node, name in calls(PACKAGE):
        room, module = room_of(path)
        if module in WRITERS or module == "migrations" or room in WRITING_ROOMS:
            continue
        if is_write(node, name) and str(path.relative_to(PACKAGE)) not in EXCEPTIONS:
            found.append(f"{place(path, node)}: {name}")
    assert not found


def test_exceptions_still_exist() -> None:
    assert [name for name in EXCEPTIONS if not (PACKAGE / name).exists()] == []


def test_a_view_never_saves() -> None:
    shown = {"views", "forms", "queries", "urls", "middleware", "decorators"}
    words = {"save", "delete", *ALWAYS}
    found = [
        place(path, node)
        for path, node, name in calls(PACKAGE)
        if room_of(path)[1] in shown and name in words
    ]
    assert not found


def test_actions_queries_and_jobs_never_see_http() -> None:
    found = []
    for path in python(PACKAGE):
        if room_of(path)[1] in {"actions", "queries", "jobs", "models"}:
            seen = {
                module
                for module in imports_of(path)
                if module.startswith(("django.http", "django.shortcuts"))
            }
            found += [f"{path.relative_to(ROOT)}: {module}" for module in sorted(seen)]
    assert not found


# --- jobs ---------------------------------------------------------------------------------------------------------


def job_names() -> list[tuple[str, str]]:
    found = []
    for path, node, name in calls(PACKAGE):
        if name in {"job", "task_of"} and node.args and isinstance(node.args[0], ast.Constant):
            found.append((place(path, node), str(node.args[0].value)))
    return found


def test_every_job_that_is_asked_for_exists() -> None:
    asked = job_names()
    assert asked
    for where, name in asked:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name), where
        assert callable(getattr(task_of(name), "enqueue", None)), f"{where}: {name} is no task"


def test_every_task_stands_in_a_jobs_module() -> None:
    found = []
    for path in python(PACKAGE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and room_of(path)[1] not in {"jobs", "worker"}:
                marks = {getattr(getattr(mark, "func", mark), "id", "") for mark in node.decorator_list}
                found += [place(path, node)] if "task" in marks else []
    assert not found


# --- templates ----------------------------------------------------------------------------------------------------


def templates() -> list[tuple[str, Path]]:
    found = []
    for config in apps.get_app_configs():
        folder = Path(config.path) / "templates"
        if Path(config.path).is_relative_to(PACKAGE) and folder.is_dir():
            found += [
                (str(path.relative_to(folder)), path) for path in sorted(folder.rglob("*")) if path.is_file()
            ]
    return found


@pytest.mark.parametrize(
    ("name", "path"),
    [pytest.param(name, path, id=str(path.relative_to(PACKAGE))) for name, path in templates()],
)
def test_template(name: str, path: Path) -> None:
    """It compiles, and the content security policy will find nothing in it to refuse."""
    engines["django"].get_template(name)
    source = path.read_text("utf-8")
    inline = re.compile(
        r"<style\b|\sstyle\s*=|<script\b(?![^>]*\ssrc\s*=)|\son[a-z]+\s*=\s*[\"']|javascript:|\|safe\b|\bautoescape off\b",
        re.IGNORECASE,
    )
    assert [match[0] for match in inline.finditer(source)] == []


def test_there_are_templates() -> None:
    assert templates()


def test_no_room_hides_a_template_of_another() -> None:
    names = [name for name, _ in templates()]
    assert sorted({name for name in names if names.count(name) > 1}) == []


# --- tests --------------------------------------------------------------------------------------------------------


def test_no_test_sleeps() -> None:
    found = [
        place(path, node)
        for path, node, name in calls(ROOT / "tests")
        if name in {"sleep", "wait_for_timeout"}
    ]
    assert not found


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = {"skip", "skipif", "xfail", "importorskip"}
    found = []
    for path in python(ROOT / "tests"):
        nodes = ast.walk(tree(path))
        found += [
            place(path, node) for node in nodes if isinstance(node, ast.Attribute) and node.attr in marks
        ]
    assert not found


def test_no_test_replaces_our_own_functions() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in python(ROOT / "tests")
        for module in imports_of(path)
        if module.startswith(("unittest.mock", "pytest_mock", "mock"))
    ]
    assert not found


# --- words in two languages ---------------------------------------------------------------------------------------


def catalogues() -> list[Path]:
    return [path for path in files() if path.name == "django.po"]


def placeholders(text: str) -> set[str]:
    named = (
        {name for _, name, _, _ in Formatter().parse(text.replace("%", "")) if name} if "{" in text else set()
    )
    return set(PLACEHOLDER.findall(text)) | named


def test_every_refusal_speaks_english_too() -> None:
    from babel.messages.pofile import read_po

    sentences = {str(text) for words in WORDS.values() for text in (words.what, words.do)}
    for path in catalogues():
        with path.open("rb") as source:
            english = {message.id: message.string for message in read_po(source) if not message.fuzzy}
        assert [text for text in sorted(sentences) if not english.get(text)] == []
        for text in sentences:
            assert placeholders(english[text]) == placeholders(text), text
