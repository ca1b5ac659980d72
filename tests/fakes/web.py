"""A browser in a test: it keeps cookies, says where it comes from, and never follows a redirect unasked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fenshen.ids import AccountId
from fenshen.settings import Settings

if TYPE_CHECKING:
    from httpx import Response
    from starlette.testclient import TestClient

    from fenshen.web.studio import Studio

AGREED = {
    "purpose": ["inspect_photos", "build_double", "keep_double", "render_portrait"],
    "age": "adult",
    "who": "self",
}


def settings_for(home: Path, models: Path) -> Settings:
    """Give the settings of a studio in a folder of its own."""
    return Settings(
        home=home, models=models, key_file=home / "keys" / "kek", language="en", producer="fenshen-test"
    )


@dataclass(kw_only=True)
class Visit:
    """One visitor."""

    client: TestClient
    studio: Studio
    album: str = field(default="")

    def get(self, path: str, **more: Any) -> Response:
        """Look at a page."""
        answer: Response = self.client.get(path, **more)
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        """Send a form."""
        answer: Response = self.client.post(path, data=data, **more)
        return answer

    def agrees(self, answers: dict[str, Any]) -> Visit:
        """Go through the first page; an album is open then."""
        answer = self.post("/begin", answers)
        assert answer.status_code == 303, answer.text
        self.album = answer.headers["location"].removeprefix("/albums/")
        return self

    @property
    def account(self) -> AccountId:
        """Whose browser this is."""
        from fenshen.accounts import sessions

        key = self.client.cookies["fenshen_session"]
        visitor = sessions.visitor(self.studio.desk.store, self.studio.desk.clock, key)
        assert visitor is not None
        return visitor.account
