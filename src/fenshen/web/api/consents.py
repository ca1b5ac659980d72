"""Consent before pixels: the words, and who agreed to them."""

from typing import Annotated

from fastapi import APIRouter, Request

from fenshen.accounts.keys import Caller, Scope
from fenshen.flow import agree as flow
from fenshen.flow.later import FOR_A_DOUBLE
from fenshen.rights import consent, notices
from fenshen.rights.consent import AgeBand
from fenshen.rights.purposes import Purpose
from fenshen.store import accounts, albums, doubles
from fenshen.web.api.answers import NewSitter, NoticeWords, PurposeWords, Sitter
from fenshen.web.api.bodies import Agreeing
from fenshen.web.api.caller import may
from fenshen.web.api.once import Route
from fenshen.web.api.problem import problems
from fenshen.web.page import language_of
from fenshen.web.way_in import Here

router = APIRouter(route_class=Route, tags=["consent"])
AGES = {"adult": AgeBand.ADULT, "teen": AgeBand.TEEN, "child": AgeBand.UNDER_14}


@router.get("/consent-notices")
def consent_notices(request: Request, studio: Here) -> NoticeWords:
    """Give the exact words of every purpose, in the language of Accept-Language (en or zh); needs no key."""
    language = language_of(request)
    each = [
        PurposeWords(
            purpose=purpose, text=notices.notice(purpose, language).text,
            sha256=notices.notice(purpose, language).sha256,
            sha256_minor=notices.notice(purpose, language, minor=True).sha256,
            needed=purpose in FOR_A_DOUBLE,
        )
        for purpose in Purpose
    ]  # fmt: skip
    return NoticeWords(
        language="zh" if language == "zh" else "en", operator=studio.desk.settings.operator,
        common=notices.common(language), minors=notices.minors(language), purposes=each,
    )  # fmt: skip


@router.post("/sitters", status_code=201, responses=problems(401, 403, 409, 507))
def agree(studio: Here, caller: Annotated[Caller, may(Scope.PHOTOS)], body: Agreeing) -> NewSitter:
    """Tell that somebody read these words and agrees. Refused unless the hashes are those of today's words."""
    age = AGES[body.age]
    speaks = age is AgeBand.ADULT and body.who == "self"
    if not speaks and not body.told:
        raise flow.MustBeToldError
    flow.must_be_todays(body.purposes, age=age, language=body.language)
    sitter, receipt = flow.agree(
        studio.desk, caller.account, tuple(body.purposes), age=age, is_self=speaks, language=body.language
    )
    return NewSitter(sitter=sitter, receipt=receipt.id)


@router.get("/sitters", responses=problems(401, 403))
def sitters(studio: Here, caller: Annotated[Caller, may(Scope.PHOTOS, Scope.DATA)]) -> list[Sitter]:
    """Give everybody the account looks after."""
    with studio.desk.store.begin() as connection:
        found = [
            (
                sitter,
                [str(row.id) for row in albums.of_sitter(connection, sitter)],
                [str(row.id) for row in doubles.every(connection, sitter=sitter)],
            )
            for sitter in accounts.sitters_of(connection, caller.account)
        ]
    return [
        Sitter(
            sitter=sitter, agreed=sorted(consent.agreed(studio.desk, sitter)), albums=waiting, doubles=made
        )
        for sitter, waiting, made in found
    ]
