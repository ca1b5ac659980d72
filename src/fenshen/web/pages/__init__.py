"""The pages, one file each, its template beside it under the same name."""

from fenshen.web.pages import album, begin, elsewhere, gallery, job, mine, portrait, sign_in, ways, welcome

ROUTERS = tuple(
    each.router for each in (welcome, begin, album, job, gallery, portrait, mine, sign_in, ways, elsewhere)
)
