"""A listener for tests."""

from dataclasses import dataclass, field


@dataclass
class Heard:
    """Remembers every step, and raises the alarm when a step runs backwards or over its total."""

    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def step(self, name: str, done: int, total: int) -> None:
        """Remember a step."""
        assert name.startswith("progress_"), f"{name} is not a key of the words"
        assert 0 <= done <= total, f"{name}: {done} of {total}"
        before = [d for n, d, t in self.steps if n == name and t == total]
        assert not before or done >= before[-1] or before[-1] == total, f"{name} ran backwards"
        self.steps.append((name, done, total))

    @property
    def names(self) -> list[str]:
        """Names in the order first heard."""
        return list(dict.fromkeys(name for name, _, _ in self.steps))
