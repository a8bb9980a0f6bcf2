"""Uses of forbidden names in the source that an exercise's functions reach."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograder.sandbox.forbidden.reading import Mention, Reading, read
from autograder.sandbox.forbidden.resolving import Resolver
from autograder.sandbox.forbidden.rule import Rule, Use, covers

LINE = 200


class Search:
    """A submission's source, read once; asked for each rule.

    files: name to text, the main module's among them. rules: of all exercises, those that forbid nothing too:
    what one exercise asks for is judged there, so the search for another does not go into it.
    """

    def __init__(self, files: Mapping[str, str], main: str, rules: Iterable[Rule]) -> None:
        self.main, self.rules = main, tuple(rules)
        self.readings: dict[str, Reading] = {}
        for module in own_modules(files, main):
            self._read(module, files[f"{module}.py"])
        self.objects: dict[int, str] = {}
        self.look_around()

    def look_around(self) -> None:
        """Note the forbidden objects that are loaded, to know them under any name."""
        for name in {name for rule in self.rules for name in rule.names}:
            found = loaded(name)
            if found is not None:
                self.objects[id(found)] = name

    def _read(self, module: str, text: str) -> None:
        try:
            self.readings[module] = read(module, text)
        except (SyntaxError, ValueError):
            return  # loading it will say so

    def uses(self) -> Iterator[Use]:
        """The first use of each forbidden name in each exercise."""
        resolver = Resolver({module: reading.top for module, reading in self.readings.items()})
        for rule in self.rules:
            if rule.names:
                yield from self._uses_of(rule, resolver)

    def _uses_of(self, rule: Rule, resolver: Resolver) -> Iterator[Use]:
        found: set[str] = set()
        fallen = functools.cache(functools.partial(self._forbidden, rule))
        for module, mention in self._reached(rule, resolver):
            for path in sorted(_paths(mention, resolver)):
                forbidden = fallen(path)
                if forbidden is not None and forbidden not in found:
                    found.add(forbidden)
                    name = forbidden if path.split(".")[0] in self.readings else path[:LINE]
                    yield Use(rule.exercise, forbidden, name, f"{module}.py", mention.line, self._line(module, mention))

    def _reached(self, rule: Rule, resolver: Resolver) -> Iterator[tuple[str, Mention]]:
        """Every mention in the exercise's functions, and in whatever of the submission's own they mention."""
        todo = [(self.main, name) for name in rule.functions]
        seen = {(self.main, name) for each in self.rules for name in each.functions}
        for module, unit in todo:
            reading = self.readings.get(module)
            mentions = reading.mentions.get(unit, []) if reading is not None else []
            for mention in sorted(mentions, key=lambda each: each.line):
                yield module, mention
                for path in sorted(_paths(mention, resolver)):
                    own = tuple(path.split(".")[:2])
                    if len(own) == 2 and own[0] in self.readings and own not in seen:
                        seen.add(own)
                        todo.append(own)

    def _forbidden(self, rule: Rule, path: str) -> str | None:
        """What of a rule a path falls under, also under another name of the same object."""
        for name in rule.names:
            if covers(name, path):
                return name
        same = self.objects.get(id(loaded(path))) if self.objects else None
        return same if same in rule.names else None

    def _line(self, module: str, mention: Mention) -> str:
        lines = self.readings[module].lines
        return lines[mention.line - 1].strip()[:LINE] if 0 < mention.line <= len(lines) else ""

    def learn(self, modules: Mapping[str, Any]) -> bool:
        """Take note of what the names of the loaded modules turned out to be. Whether that may change the result."""
        new = False
        for name, reading in self.readings.items():
            new |= bool(reading.top.stars)
            module = modules.get(name)
            for each, value in list(vars(module).items()) if isinstance(module, types.ModuleType) else ():
                path = self._path_of(value)
                if path is not None and path not in reading.top.bound.get(each, ()):
                    reading.top.bind(each, path)
                    new = True
        return new

    def _path_of(self, value: object) -> str | None:
        """Where an object that matters to a rule comes from."""
        if type(value) is types.ModuleType:
            path = value.__dict__.get("__name__")
            names = (name for rule in self.rules for name in rule.names)
            matters = type(path) is str and any(covers(path, name) or covers(name, path) for name in names)
            return path if matters else None
        return self.objects.get(id(value))


def _paths(mention: Mention, resolver: Resolver) -> Iterable[str]:
    if isinstance(mention.what, str):
        return resolver.canonical(mention.what)
    return resolver.paths(mention.what, mention.scope)


def own_modules(files: Iterable[str], main: str) -> frozenset[str]:
    """The modules that an import takes from the submission: its main one, and what is not installed."""
    names = {name.removesuffix(".py") for name in files if name.endswith(".py")}
    return frozenset(name for name in names if name == main or not _installed(name))


def _installed(module: str) -> bool:
    """Whether an import of this name gives an installed module rather than the submission's."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return module in sys.modules


def loaded(path: str) -> Any:
    """The module, class or function of a path, if it is loaded already; nothing is imported for it, nor computed."""
    steps = path.split(".")
    found: Any = sys.modules.get(steps[0])
    for number, step in enumerate(steps[1:], start=2):
        if not isinstance(found, (types.ModuleType, type)):
            return None
        below = vars(found).get(step)
        found = sys.modules.get(".".join(steps[:number])) if below is None else below
    return found if isinstance(found, types.ModuleType) or callable(found) else None
