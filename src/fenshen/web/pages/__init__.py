"""The pages, one file each, its template beside it under the same name."""

from fenshen.web.pages import (
    album,
    begin,
    complain,
    elsewhere,
    gallery,
    invitation,
    job,
    keys,
    mine,
    portrait,
    sign_in,
    together,
    ways,
    welcome,
    window,
)

PAGES = (
    welcome,
    begin,
    album,
    job,
    gallery,
    portrait,
    mine,
    complain,
    window,
    sign_in,
    ways,
    elsewhere,
    keys,
    together,
    invitation,
)
ROUTERS = tuple(each.router for each in PAGES)
