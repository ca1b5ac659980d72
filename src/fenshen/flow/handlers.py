"""What a worker does for each kind of job. Each may be cut off anywhere and done again: it finds its own traces."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fenshen.engines.engine import Engine, UnsuitedError
from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.deliver import deliver
from fenshen.flow.gather_work import make
from fenshen.flow.later import object_of, order_of, preview_of, sealed_photos
from fenshen.flow.portray import Series, Skipped
from fenshen.flow.portray_group import GroupEngine
from fenshen.flow.prepare_copy import prepare
from fenshen.flow.preview import previews
from fenshen.flow.sit import ForJob, Sitting, sit
from fenshen.ids import DoubleId, SitterId
from fenshen.jobs.journal import Json
from fenshen.jobs.states import JobKind, JobLostError
from fenshen.jobs.worker import Handler, Work
from fenshen.labels.write import LabelledPicture
from fenshen.rights import erasure
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.settings import Language
from fenshen.store import doubles
from fenshen.vault.vault import DataClass


class NoneSuitsError(UnsuitedError):
    """None of the templates that were asked for suits this sitter's photos."""

    code = "none_suits"


def handlers(
    desk: Desk,
    open_engine: Callable[[], Engine],
    open_bench: Callable[[], Engine] | None = None,
    open_group: Callable[[], GroupEngine] | None = None,
) -> Mapping[JobKind, Handler]:
    """Give what this studio can do. open_engine: gives the engine for portraits, when one is to be made.

    open_bench: one that remembers what portraits of one run have in common, for previews; the same by default.
    open_group: one for several people; without it, jobs for them are left to other workers.
    """
    of_groups = {} if open_group is None else {JobKind.GROUP: partial(_group, desk, open_group)}
    return of_groups | {
        JobKind.DOUBLE: partial(_double, desk),
        JobKind.REDO: partial(_redo, desk),
        JobKind.PORTRAITS: partial(_portraits, desk, open_engine),
        JobKind.PREVIEWS: partial(_previews, desk, open_bench or open_engine),
        JobKind.EXPORT: partial(prepare, desk),
        JobKind.WEBHOOK: partial(deliver, desk),
    }


def _double(desk: Desk, work: Work) -> Json:
    return work.once("sitting", partial(_sitting, desk, work, doubles.IDLE_DAYS, None))


def _redo(desk: Desk, work: Work) -> Json:
    """Make the new double, then destroy the old one: a set that is refused costs the sitter nothing."""
    old = DoubleId(work.wanted["instead_of"])
    made = work.once("sitting", partial(_sitting, desk, work, None, old))
    return made | work.once("old_double", partial(_destroyed, desk, old))


def _destroyed(desk: Desk, old: DoubleId) -> Json:
    try:
        return {"erased": erasure.erase_double(desk, old, reason=Reason.REDONE).id}
    except NotFoundError:  # a worker that died over this step had done it
        return {"erased": ""}


def _sitting(desk: Desk, work: Work, idle_days: int | None, old: DoubleId | None) -> Json:
    """Sit for a job, unless its double is there already: then only the photos were left to be destroyed."""
    job, wanted = work.job, work.wanted
    if _is_registered(desk, job.double):
        erasure.destroy(desk, job.sitter, DataClass.PHOTO, reason=Reason.DONE)
        return {"double": job.double}
    if old is not None:
        with desk.store.begin() as connection:
            idle_days = doubles.get(connection, old).idle_days
    sitting = sit(
        sealed_photos(wanted["photos"]),
        job.sitter,
        desk=desk,
        progress=work,
        frontal=wanted["frontal"],
        accept_few=wanted["accept_few"],
        is_adult=lambda _: bool(wanted["is_adult"]),
        instead_of=old,
        idle_days=idle_days or wanted["idle_days"],
        job=ForJob(double=job.double, guard=work.guard, spare=is_no_decision),
    )
    return _told(sitting)


def _told(sitting: Sitting) -> Json:
    """What the row of the job says: ids, numbers and codes."""
    return {
        "double": sitting.double,
        "takes": list(sitting.takes),
        "photos_destroyed": sitting.photos_destroyed,
        "receipt": sitting.receipt.stem,
        "score": sitting.report.score,
        "seconds": {name: round(value, 3) for name, value in sitting.seconds.items()},
    }


def is_no_decision(error: BaseException) -> bool:
    """Tell whether a job may be tried again after an error, so that its photos must stay."""
    return not isinstance(error, FenshenError) or error.retry or isinstance(error, JobLostError)


def _is_registered(desk: Desk, double: DoubleId) -> bool:
    with desk.store.begin() as connection:
        return any(row.id == double for row in doubles.every(connection))


def _portraits(desk: Desk, open_engine: Callable[[], Engine], work: Work) -> Json:
    """Make portrait after portrait, each a step of its own, into the vault. One that suits nobody is left out."""
    desk = _labelling_in(desk, work)
    series: list[Series] = []  # opened when the first portrait is really to be made
    made: list[Json] = []
    for number in range(work.job.units):
        used = [each["photo"] for each in made if "photo" in each]
        made.append(
            work.once(f"portrait_{number}", partial(_one, desk, open_engine, work, series, number, used))
        )
        work.step("progress_rendering", number + 1, work.job.units)
    if not any("photo" in each for each in made):
        raise NoneSuitsError
    if series:
        series[0].note_use(sum("photo" in each for each in made))
    return {"portraits": made}


def _labelling_in(desk: Desk, work: Work) -> Desk:
    """Give the desk with the language that the visible words of a job's pictures shall have."""
    language: Language = "zh" if work.wanted.get("language", desk.settings.language) == "zh" else "en"
    return replace(desk, settings=replace(desk.settings, language=language))


def _previews(desk: Desk, open_bench: Callable[[], Engine], work: Work) -> Json:
    """Make what is not in the vault yet, and keep each as soon as it is made. Cut off, it goes on from there."""
    desk, job = _labelling_in(desk, work), work.job
    names: list[str] = list(work.wanted["templates"])
    here = set(desk.vault.objects(job.sitter, DataClass.PORTRAIT))
    missing = [name for name in names if preview_of(job.double, name) not in here]
    unsuited: dict[str, str] = {}
    if missing:
        done = len(names) - len(missing)
        for made in previews(job.double, missing, desk=desk, engine=open_bench()):
            work.check()
            if isinstance(made, Skipped):
                unsuited[made.template] = made.why.code
            else:
                name = preview_of(job.double, made.template)
                desk.vault.put(job.sitter, DataClass.PORTRAIT, name, made.picture.data)
            done += 1
            work.step("progress_rendering", done, len(names))
    return {"unsuited": unsuited}


def _group(desk: Desk, open_group: Callable[[], GroupEngine], work: Work) -> Json:
    """Make one picture of everybody who sits, into the vault, a copy under each one's own key."""
    desk = _labelling_in(desk, work)
    return work.once("picture", lambda: make(work, desk=desk, engine=open_group()))


def _one(
    desk: Desk,
    open_engine: Callable[[], Engine],
    work: Work,
    series: list[Series],
    number: int,
    used: list[int],
) -> Json:
    if not series:
        order = order_of(dict(work.wanted))
        series.append(Series(work.job.double, order, desk=desk, engine=open_engine()))
        series[0].export = replace(series[0].export, keep=_into_vault(desk, work))
    name = object_of(work.job.id, number)
    try:
        made = series[0].make(number, used, Path(name))
    except UnsuitedError as why:
        return {"template": series[0].recipe(number).name, "code": why.code}
    facts: dict[str, Any] = {
        "id": name,
        "template": made.template,
        "photo": made.photo,
        "likeness": made.likeness.value,
        "likeness_percentile": made.likeness.percentile,
        "seed": made.seed,
        "seconds": round(made.seconds, 3),
        "produce_id": made.sent.produce_id,
    }
    return facts


def _into_vault(desk: Desk, work: Work) -> Callable[[LabelledPicture, Path], None]:
    """Keep labelled portraits for the person to fetch, under ids that are the same however often they are made."""

    def keep(picture: LabelledPicture, target: Path) -> None:
        work.check()
        desk.vault.put(SitterId(work.job.sitter), DataClass.PORTRAIT, target.name, picture.data)

    return keep
