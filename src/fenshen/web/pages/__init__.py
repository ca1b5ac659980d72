"""The pages, one file each, its template beside it under the same name."""

from fenshen.web.pages import album, begin, complain, gallery, job, keys, mine, portrait, welcome, window

ROUTERS = tuple(
    each.router for each in (welcome, begin, album, job, gallery, portrait, mine, complain, window, keys)
)
