"""An Answer: what a student claims, not to be believed until a check has looked at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from autograder import wire
from autograder.compare import describe
from autograder.model import GraderMistake, Status, StudentFault, Verdict, sentence

if TYPE_CHECKING:
    from autograder.student.proxy import Student


@dataclass(frozen=True)
class Origin:
    """The call that an answer came from: its target, the target's name, and what it was given."""

    target: Any
    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


class Answer:
    """A claim by the student's process.

    Attributes, calls and operators happen over there, on the object itself, and give Answers again.
    Passing an Answer to the student hands back the very object. Comparing it, iterating it, or turning it
    into a number or an array is refused: that is what checks are for.
    """

    __slots__ = ("_called", "_fetch", "_inputs", "_origin", "_ref", "_student", "_value")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # NumPy leaves `np.float64(2) * answer` to the answer

    def __init__(
        self,
        student: Student,
        called: str,
        *,
        value: Any = None,
        ref: wire.Ref | None = None,
        fetch: Callable[[], Answer] | None = None,
        inputs: Mapping[str, Any] | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._student, self._called = student, called
        self._value, self._ref, self._fetch = value, ref, fetch
        self._inputs, self._origin = inputs or {}, origin

    def __repr__(self) -> str:
        return f"<Answer {self._called}>"

    def __getattr__(self, name: str) -> Answer:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._student._attribute(self, name)

    def __call__(self, *arguments: Any, **keywords: Any) -> Answer:
        """Call the object over there, e.g. a bound method."""
        return self._student._call(held(self), self._called, arguments, keywords)

    def __getitem__(self, key: Any) -> Answer:
        return part(self, key, f"{self._called}[{key!r}]")

    def _refuse(self, *_: Any) -> NoReturn:
        raise GraderMistake(
            f"{self._called} is a student's answer: look at it with a check (check_close, check_that, …), "
            "take it apart with parts() or compute with it in then()"
        )

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __float__ = __int__ = __index__ = __len__ = __contains__ = __array__ = _refuse

    def __iter__(self) -> Iterator[Any]:
        self._refuse()


def _operator(name: str, *, swapped: bool = False) -> Callable[..., Answer]:
    def operate(self: Answer, *others: Any) -> Answer:
        operands = (*others, self) if swapped else (self, *others)
        return self._student._operate(name, operands)

    return operate


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "xor", "lshift", "rshift"):
    setattr(Answer, f"__{_name}__", _operator(_name))
    setattr(Answer, f"__r{_name}__", _operator(_name, swapped=True))
for _name in ("and", "or"):
    setattr(Answer, f"__{_name}__", _operator(f"{_name}_"))
    setattr(Answer, f"__r{_name}__", _operator(f"{_name}_", swapped=True))
for _name, _method in (("neg", "neg"), ("pos", "pos"), ("abs", "abs"), ("invert", "invert")):
    setattr(Answer, f"__{_method}__", _operator(_name))


def resolved(answer: Answer) -> Answer:
    """The answer with its value here; an attribute is fetched when it is first looked at."""
    fetch = answer._fetch
    return answer if fetch is None else fetch()


def held(answer: Answer) -> wire.Ref:
    """Where the student's process holds an answer's object. Raises GraderMistake for one that was computed here.

    The student's process must not go on with it: a lying one would make another of it.
    """
    ref = resolved(answer)._ref
    if ref is None:
        raise GraderMistake(f"{answer._called} is computed here, not by the student: go on computing in then()")
    return ref


def part(answer: Answer, key: Any, called: str) -> Answer:
    """One item of an answer: of a tuple, list, dict or what was computed here at no cost, else by its own `[]`."""
    answer = resolved(answer)
    value, ref = answer._value, answer._ref
    if ref is not None and not isinstance(value, (tuple, list, dict)):
        return answer._student._operate("getitem", (answer, key))
    inner = None if ref is None else wire.Ref(ref.number, (*ref.path, key))
    item = _item(value, key, called)
    return Answer(answer._student, called, value=item, ref=inner, inputs=answer._inputs, origin=answer._origin)


def asked_again(origin: Origin, student: Student, place: int, value: Any) -> Any:
    """What the same call gives with another value in the place of one argument. Raises StudentFault."""
    arguments = [*origin.arguments[:place], value, *origin.arguments[place + 1 :]]
    return student._call(origin.target, origin.name, tuple(arguments), dict(origin.keywords))._value


def _item(value: Any, key: Any, called: str) -> Any:
    """value[key]. Raises StudentFault when the student's tuple, list or dict has none."""
    try:
        return value[key]
    except (LookupError, TypeError):
        what = sentence(
            "{called}: there is no item {key} in {what}", called=called, key=repr(key), what=describe(value)
        )
        raise StudentFault(Verdict(Status.WRONG, what)) from None
