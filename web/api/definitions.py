"""Definitions in force, and what may be sent: forms and kinds as JSON Schema."""

from __future__ import annotations

from functools import lru_cache

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.text import Text
from sopwith.definitions import Document, schemas
from sopwith.formbuilder.jsonschema import to_json_schema
from sopwith.runtime.releases import read_bundle

from ..visitor import get_service, visitor
from .operation import Answer, Call, op
from .problems import Fault
from .shapes import IDENTIFIER, obj, ref
from .words import lang

TAG = "Definitions"
_SCOPE = "definitions:read"


def _documents() -> tuple[str, tuple[Document, ...]]:
    release = get_service().releases.live().hash
    return release, _read(release, get_service().releases.files)


@lru_cache(maxsize=4)
def _read(release: str, files: object) -> tuple[Document, ...]:
    return read_bundle(files(release)).documents  # type: ignore[operator] # kept out of the key's type


@op("GET", "/definitions", Text("List definitions", "列出定义"), tag=TAG, scope=_SCOPE, query=obj(kind=IDENTIFIER), gives=ref("Definitions"))  # fmt: skip
def definitions(call: Call) -> Answer:
    """Answer kind, id and file of every definition of the release in force."""
    release, documents = _documents()
    wish = call.query.get("kind")
    items = [
        {"kind": one.kind, "id": one.id, "path": one.path}
        for one in documents
        if wish in (None, one.kind)
    ]
    return Answer(body={"release": release, "items": items})


@op("GET", "/definitions/<kind>/<definition_id>", Text("Read a definition", "读取定义"), tag=TAG, scope=_SCOPE, gives=ref("Definition"))  # fmt: skip
def definition(_call: Call, kind: str, definition_id: str) -> Answer:
    """Answer one definition, as text and as JSON."""
    release, documents = _documents()
    found = next((one for one in documents if one.key == (kind, definition_id)), None)
    if found is None:
        raise Fault(404)
    body = {
        "release": release,
        "kind": kind,
        "id": definition_id,
        "path": found.path,
        "source": found.text,
        "value": found.value,
    }
    return Answer(body=body)


@op(
    "GET",
    "/schemas/<kind>",
    Text("JSON Schema of a kind of definition", "定义的 JSON Schema"),
    tag=TAG,
    gives=ref("JsonSchema"),
)
def schema(_call: Call, kind: str) -> Answer:
    """Answer the schema, for editors to complete by."""
    found = schemas().get(kind)
    if found is None:
        raise Fault(404)
    return Answer(body=dict(found))


@op("GET", "/forms/<form_id>/schema", Text("JSON Schema of a form", "表单的 JSON Schema"), tag=TAG, scope="records:read", gives=ref("JsonSchema"))  # fmt: skip
def form_schema(_call: Call, form_id: str) -> Answer:
    """Answer what ``values`` may be for a form; only of records that the caller may open or read."""
    release = get_service().releases.live()
    form = release.forms.get(form_id)
    kind = release.record_types.get(form.record_type) if form is not None else None
    who = visitor().actor
    if (
        form is None
        or kind is None
        or not any(allow(kind.access, act, who, None) for act in (Act.CREATE, Act.READ))
    ):
        raise Fault(404)
    return Answer(body=to_json_schema(form, lang=lang()))
