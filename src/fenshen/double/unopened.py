"""A field that is decoded when it is first looked at: opening a double costs what is used of it."""

from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar, overload

Value = TypeVar("Value")


class Unopened(Generic[Value]):
    """A field of a frozen dataclass that takes its value, or a function that makes it when it is asked for.

    Two threads that ask at once may both call the function, and both get its value.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember under which name the value is kept."""
        self._name = f"_{name}"

    @overload
    def __get__(self, owner: None, kind: type) -> NoReturn: ...
    @overload
    def __get__(self, owner: object, kind: type) -> Value: ...
    def __get__(self, owner: object | None, kind: type) -> Value:
        """Give the value; make it if this is the first time."""
        if owner is None:
            raise AttributeError(self._name)  # tells `dataclass` that the field has no default
        kept: dict[str, Any] = vars(owner)
        value = kept[self._name]
        if callable(value):
            value = kept[self._name] = value()
        made: Value = value
        return made

    def __set__(self, owner: object, value: Value | Callable[[], Value]) -> None:
        """Keep a value or how to make it; called by the dataclass itself only, which is frozen."""
        vars(owner)[self._name] = value
