"""``fenshen jobs list | show | stop | fetch``: what waits in the queue, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli.screen import Json, bars, new_app, print_json, show_table, tell, tell_at_once, told

if TYPE_CHECKING:
    from datetime import datetime

    from fenshen.jobs.forecast import Forecast
    from fenshen.jobs.queue import Place
    from fenshen.rights.desk import Desk
    from fenshen.store.jobs import JobRow

app = new_app(group=True)

MOST_LISTED = 50
Id = Annotated[str, typer.Argument(metavar="JOB", help=told("job_id"))]
Out = Annotated[Path, typer.Option("-o", metavar="DIR", help=told("portrait_out"))]


@app.command("list", help=told("jobs_list"))
def list_jobs(*, as_json: Json = False) -> None:
    """Tell what waits, what is at work and what came of the last ones."""
    from fenshen.flow.later import queue_of
    from fenshen.jobs.census import census
    from fenshen.store import jobs

    desk = _desk()
    with desk.store.begin() as connection:
        rows = jobs.recent(connection, MOST_LISTED)
    told_of = census(queue_of(desk))
    if as_json:
        print_json({"jobs": [as_row(row) for row in rows], "queue": told_of.as_dict()})
        return
    columns = [told(f"jobs_column_{name}") for name in ("id", "kind", "state", "step")]
    show_table(columns, [(row.id, told(f"job_kind_{row.kind}"), _state(row), _step(row)) for row in rows])
    tell(told("jobs_census", waiting=told_of.waiting, running=told_of.running, workers=told_of.workers))


@app.command("show", help=told("jobs_show"))
def show(job: Id, *, as_json: Json = False) -> None:
    """Tell where a job stands and when it will be ready."""
    from fenshen.flow.later import queue_of
    from fenshen.ids import JobId

    place = queue_of(_desk()).place(JobId(job))
    if as_json:
        print_json(as_place(place))
        return
    if step := _step(place.job):
        tell(step)
    tell_end(place)
    tell_ready(place)


def tell_end(place: Place) -> None:
    """Say what state a job is in, and, when it was refused or broke, why and what to do."""
    tell(_state(place.job), style="bold")
    if place.job.code:
        tell(told(place.job.code))
        tell(told(place.job.code, "fix"))
    if place.job.state == "done" and place.job.kind != "webhook":
        what = place.job.kind if place.job.kind in {"portraits", "export"} else "double"
        tell(told(f"job_done_{what}", double=place.job.double, job=place.job.id), style="bold green")


@app.command("follow", help=told("jobs_follow"))
def follow_job(job: Id, *, as_json: Json = False) -> None:
    """Show how a job moves until it has ended; a JSON document a line for machines."""
    from fenshen.flow.later import queue_of
    from fenshen.ids import JobId
    from fenshen.jobs.stream import follow

    queue, place = queue_of(_desk()), None
    with bars(as_json=as_json) as progress:
        for place in follow(queue, JobId(job)):
            if as_json:
                typer.echo(json.dumps(as_place(place), default=str))
            elif place.job.state == "waiting":
                tell_at_once(told("job_ahead", ahead=place.ahead))
                if place.ready is not None:
                    tell_at_once(_ready(place.ready))
            elif place.job.step:
                progress.step(place.job.step, place.job.done, place.job.total)
    if place is not None and not as_json:
        tell_end(place)


@app.command("stop", help=told("jobs_stop"))
def stop(job: Id, *, as_json: Json = False) -> None:
    """End a waiting job; one at work stops at its next step. Its photos are destroyed."""
    from fenshen.flow.later import queue_of
    from fenshen.ids import JobId
    from fenshen.rights import retention

    desk = _desk()
    queue_of(desk).stop(JobId(job))
    retention.sweep(desk)
    if as_json:
        print_json({"job": job, "stopped": True})
    else:
        tell(told("jobs_stopped"))


@app.command("fetch", help=told("jobs_fetch"))
def fetch(job: Id, *, out: Out, as_json: Json = False) -> None:
    """Write a job's portraits, or the copy that it packed, into a folder, and destroy them in the studio."""
    from fenshen.flow import later, prepare_copy
    from fenshen.flow.later import queue_of
    from fenshen.ids import JobId
    from fenshen.store import disk
    from fenshen.store.new_file import new_file

    desk, files, id_ = _desk(), [], JobId(job)
    is_copy = queue_of(desk).place(id_).job.kind == "export"
    fetched = (
        [(f"fenshen-{job}.zip", prepare_copy.fetch_copy(desk, id_))]
        if is_copy
        else later.fetch(id_, desk=desk)
    )
    for name, data in fetched:
        target = out / name
        out.mkdir(parents=True, exist_ok=True)
        with new_file(target) as file:
            file.write(data)
        files.append(target)
    disk.sync_folder(out)
    if is_copy:
        prepare_copy.destroy_copy(desk, id_)
    else:
        later.done_with(id_, desk=desk)
    if as_json:
        print_json({"file": files[0], "encrypted": False} if is_copy else {"portraits": files})
    elif is_copy:
        tell(told("export_done", file=str(files[0])))
    else:
        tell(told("jobs_fetched", count=len(files)))
        tell(f"→ {out}", style="bold green")


def tell_ready(place: Place) -> None:
    """Say how many come before a job and when it will be ready, as an interval and no better than it is known."""
    if place.ready is None:
        return
    tell(told("job_ahead", ahead=place.ahead))
    tell(_ready(place.ready))


def submitted(desk: Desk, row: JobRow, *, as_json: bool) -> None:
    """Say that a job was taken on."""
    from fenshen.flow.later import queue_of

    place = queue_of(desk).place(row.id)
    if as_json:
        print_json(as_place(place))
        return
    tell(told("job_submitted", job=row.id))
    tell_ready(place)
    if not place.served:
        tell(told("job_no_worker"))
    tell(told("job_submitted_next", job=row.id))


def as_place(place: Place) -> dict[str, Any]:
    """Give a job as the JSON promises it."""
    ready = place.ready
    told_when = None if ready is None else {"earliest": ready.earliest, "latest": ready.latest}
    return {**as_row(place.job), "ahead": place.ahead, "ready": told_when, "served": place.served}


def as_row(row: JobRow) -> dict[str, Any]:
    """Give the part of a job that does not change with the others."""
    return {
        "job": row.id,
        "kind": row.kind,
        "lane": row.lane,
        "state": row.state,
        "double": row.double,
        "step": row.step,
        "done": row.done,
        "total": row.total,
        "attempts": row.attempts,
        "code": row.code,
        "result": json.loads(row.result) if row.result else None,
        "queued_at": row.queued_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "seconds": row.seconds,
    }


def _desk() -> Desk:
    from fenshen.rights.desk import open_desk

    return open_desk(settings.load())


def _state(row: JobRow) -> str:
    return told(f"job_state_{row.state}")


def _step(row: JobRow) -> str:
    return f"{told(row.step)} {row.done}/{row.total}" if row.step and row.state == "running" else ""


def _ready(ready: Forecast) -> str:
    return told("job_ready", earliest=_clock(ready.earliest), latest=_clock(ready.latest))


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")
