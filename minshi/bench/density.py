"""Figures of how densely the code is written, beside those of the code it looks up to.

Signs, not limits: the judge is a stranger who reads a function aloud. Run by
`make density`; it needs nothing but the standard library.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("minshi", "villages", "cases", "supervision")
SHORT = 8  # functions of so many lines need no paragraphs
LONGEST_SHOWN = 10
ASKS = re.compile(r"(What|Who|Whom|Whose|Whether|How|Which|Where|When|Why)\b")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
WITH_DOCSTRING = (ast.Module, ast.ClassDef, *FUNCTIONS)
# job-server, healthchecks and pretalx, measured in the same way.
MODELS = {
    "blank lines inside functions": "4–15 %",
    "comprehensions per 1,000 lines": "2–11",
    "conditional expressions per 1,000 lines": "3–7",
    "docstrings that begin with a question word": "0–1 %",
}


@dataclass
class Figures:
    """Counts over all files read."""

    lines: int = 0
    lines_in_functions: int = 0
    blank_in_functions: int = 0
    comprehensions: int = 0
    conditionals: int = 0
    docstrings: int = 0
    asking: int = 0
    functions: list[tuple[int, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)

    def read(self, path: Path) -> None:
        """Add the figures of one file."""
        text = path.read_text()
        lines = text.splitlines()
        name = str(path.relative_to(ROOT))

        self.lines += len(lines)
        self.files.append((len(lines), name))
        for node in ast.walk(ast.parse(text)):
            self._count(node, lines, name)

    def _count(self, node: ast.AST, lines: list[str], name: str) -> None:
        if isinstance(node, COMPREHENSIONS):
            self.comprehensions += 1
        elif isinstance(node, ast.IfExp):
            self.conditionals += 1

        if isinstance(node, FUNCTIONS):
            self._count_function(node, lines, name)
        if isinstance(node, WITH_DOCSTRING):
            docstring = ast.get_docstring(node)
            self.docstrings += docstring is not None
            self.asking += bool(docstring and ASKS.match(docstring))

    def _count_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str], name: str
    ) -> None:
        body = lines[node.lineno - 1 : node.end_lineno]
        self.functions.append((len(body), f"{name}:{node.lineno} {node.name}"))

        if len(body) > SHORT:
            self.lines_in_functions += len(body)
            self.blank_in_functions += sum(not line.strip() for line in body)

    def table(self) -> dict[str, str]:
        """The figures as they are shown, by name."""
        comprehensions = 1000 * self.comprehensions / self.lines
        conditionals = 1000 * self.conditionals / self.lines
        blank = 100 * self.blank_in_functions / self.lines_in_functions
        asking = 100 * self.asking / self.docstrings
        return {
            "blank lines inside functions": f"{blank:.1f} %",
            "comprehensions per 1,000 lines": f"{comprehensions:.1f}",
            "conditional expressions per 1,000 lines": f"{conditionals:.1f}",
            "docstrings that begin with a question word": f"{asking:.1f} %",
        }


def sources() -> Iterator[Path]:
    """The Python files of the apps, migrations left out."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def main() -> None:
    """Print the table, and the longest functions and files."""
    figures = Figures()
    for path in sources():
        figures.read(path)

    print(f"{'':44}{'here':>10}{'models':>10}")
    for name, value in figures.table().items():
        print(f"{name:44}{value:>10}{MODELS[name]:>10}")

    for title, rows in (("functions", figures.functions), ("files", figures.files)):
        print(f"\nlongest {title}")
        for length, name in sorted(rows, reverse=True)[:LONGEST_SHOWN]:
            print(f"{length:6} {name}")


if __name__ == "__main__":
    main()
