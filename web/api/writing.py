"""Commands from the API: one transaction each, once for each idempotency key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import request
from sqlalchemy import Connection

from sopwith.core.commands import Command
from sopwith.core.decision import sentence
from sopwith.core.record import RecordState
from sopwith.release.model import Release
from sopwith.runtime.crash import crash_point
from sopwith.runtime.service import Outcome
from sopwith.store.canonical import canonical, digest
from sopwith.store.files import tie_files
from sopwith.store.idempotency import Verdict, begin_request, keep_answer
from sopwith.store.records import ConflictError

from ..uploads import uploader_of
from ..visitor import get_service, now, visitor
from .bearer import caller
from .operation import Answer, Call
from .problems import Fault, told
from .words import lang

TRIES = 3
STATUS = {"ENG001": 409, "ENG003": 403, "ENG005": 404, "ENG013": 403, "ENG304": 403}
"""What a refusal of the engine means over HTTP; 422 for all others."""

Make = Callable[[Connection], Command]
Show = Callable[[Connection, RecordState, Release], Answer]


def carry_out(
    call: Call,
    record_id: str | None,
    make: Make,
    show: Show,
    *,
    pointer_of: Mapping[str, str] | None = None,
    under: str = "",
    files: Iterable[str] = (),
) -> Answer:
    """Carry the command out and answer what *show* says; a refusal is raised, and then nothing stays.

    pointer_of, under: where in the body the paths of the engine's problems are. files: uploads that go to the record.
    """
    service = get_service()
    for attempt in range(TRIES):
        try:
            with service.database.writing() as connection:
                before = _begin(connection, call)
                if before is not None:
                    return before
                outcome = service.handle_within(connection, make(connection), record_id)
                _check(outcome, pointer_of or {}, under)
                state, release = outcome.state, outcome.release
                if state is None or release is None:
                    raise Fault(404)
                if ids := list(files):
                    tie_files(connection, state.id, ids, uploader_of(visitor()))
                answer = show(connection, state, release)
                _keep(connection, call, answer)
                crash_point("api:written")
            crash_point("api:committed")
            break
        except ConflictError:
            if attempt == TRIES - 1 or call.version is not None:
                raise Fault(409, "ENG001", detail=sentence("ENG001", {}, lang())) from None
    service.wake()
    return answer


def _check(outcome: Outcome, pointer_of: Mapping[str, str], under: str) -> None:
    problems = outcome.problems
    if not problems:
        return
    status = next((STATUS[one.code] for one in problems if one.code in STATUS), 422)
    errors = told(problems, pointer_of, under)
    first = next((one for one in errors if STATUS.get(str(one["code"])) == status), errors[0])
    if status == 422:
        raise Fault(422, errors=errors)
    raise Fault(status, str(first["code"]), errors, detail=str(first["detail"]))


def _actor() -> str:
    return f"api:{caller().id}"


def _begin(connection: Connection, call: Call) -> Answer | None:
    """Reserve the call's key; return the answer that it got before."""
    key = call.headers.get("Idempotency-Key")
    if key is None:
        return None
    kept = begin_request(connection, _actor(), key, _fingerprint(call), now())
    if kept.verdict is Verdict.OTHER:
        raise Fault(422, "API009")
    if kept.verdict is Verdict.IN_FLIGHT:
        raise Fault(409, "API008", headers={"Retry-After": "1"})
    if kept.verdict is Verdict.NEW:
        return None
    said = json.loads(kept.body or "{}")
    headers = {**said.get("headers", {}), "Idempotency-Replayed": "true"}
    return Answer(body=said.get("body"), status=kept.code or 200, headers=headers)


def _fingerprint(call: Call) -> str:
    """Return a hash of all that makes two requests the same."""
    return digest(
        request.method, request.path, canonical(call.body), call.headers.get("If-Match", "")
    )


def _keep(connection: Connection, call: Call, answer: Answer) -> None:
    key = call.headers.get("Idempotency-Key")
    if key is not None:
        kept: dict[str, Any] = {"body": answer.body, "headers": dict(answer.headers)}
        keep_answer(connection, _actor(), key, answer.status, json.dumps(kept, ensure_ascii=False))
