"""The caller: who it is, and its tokens."""

from __future__ import annotations

from datetime import timedelta

from sopwith.core.text import Text
from sopwith.store.tokens import SCOPES, ApiToken, add_token, revoke_token, tokens_of

from ..visitor import get_service, now, visitor
from .bearer import caller, own_token, scopes_of
from .blueprint import PREFIX
from .operation import Answer, Call, op
from .problems import Fault, Slip, refuse
from .shapes import among, obj, one_of, ref, text
from .showing import Json, at

TAG = "Account"
MOST_DAYS = 3650


def _scopes() -> frozenset[str]:
    """Return what the caller may do, and may therefore give to a token."""
    who = visitor()
    return who.scopes if who.kind == "token" else scopes_of(caller())


@op("GET", "/me", Text("Who am I", "当前账号"), tag=TAG, scope="any", gives=ref("Me"))
def me(_call: Call) -> Answer:
    """Answer the account, and what the call may do."""
    who, user = visitor(), caller()
    body = {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "email": user.email,
        "roles": sorted(user.roles),
        "teams": sorted(who.teams),
        "lang": user.lang,
        "zone": who.zone,
        "scopes": sorted(_scopes()),
    }
    return Answer(body=body)


def _shown(one: ApiToken) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": sorted(one.scopes & frozenset(SCOPES)),
        "created_at": at(one.created_at),
        "expires_at": at(one.expires_at),
        "last_used_at": at(one.last_used_at),
    }


@op(
    "GET",
    "/tokens",
    Text("List my tokens", "列出我的令牌"),
    tag=TAG,
    scope="tokens:write",
    gives=ref("Tokens"),
)
def tokens(_call: Call) -> Answer:
    """Answer the caller's tokens that work, without their secrets."""
    with get_service().database.reading() as connection:
        found = tokens_of(connection, caller().id, now())
    return Answer(body={"items": [_shown(one) for one in found]})


@op(
    "POST",
    "/tokens",
    Text("Make a token", "创建令牌"),
    tag=TAG,
    scope="tokens:write",
    body=obj(
        {"name": text(80, 1), "scopes": among(one_of(*SCOPES), len(SCOPES)) | {"minItems": 1}},
        days={"type": "integer", "minimum": 1, "maximum": MOST_DAYS},
    ),
    gives=ref("NewToken"),
    status=201,
)
def make_token(call: Call) -> Answer:
    """Make a token with no more rights and no longer life than the caller; its secret is told only now."""
    body, service, user = call.body, get_service(), caller()
    mine = _scopes()
    refuse(
        Slip(code="API116", pointer=f"/scopes/{index}", values={"scope": scope})
        for index, scope in enumerate(body["scopes"])
        if scope not in mine
    )
    ends = now() + timedelta(days=int(body["days"])) if "days" in body else None
    parent = own_token()
    if parent is not None and parent.expires_at is not None:
        ends = min(ends, parent.expires_at) if ends is not None else parent.expires_at
    token_id, secret = service.ids.new_id(), service.ids.secret()
    with service.database.writing() as connection:
        add_token(
            connection,
            secret,
            token_id=token_id,
            name=body["name"],
            scopes=frozenset(body["scopes"]),
            user_id=user.id,
            now=now(),
            expires_at=ends,
        )
        made = next(one for one in tokens_of(connection, user.id, now()) if one.id == token_id)
    headers = {"Location": f"{PREFIX}/tokens/{token_id}"}
    return Answer(body={"token": _shown(made), "secret": secret}, status=201, headers=headers)


@op(
    "DELETE",
    "/tokens/<token_id>",
    Text("End one of my tokens", "停用令牌"),
    tag=TAG,
    scope="tokens:write",
    status=204,
)
def end_token(_call: Call, token_id: str) -> Answer:
    """End a token of the caller's."""
    service = get_service()
    with service.database.writing() as connection:
        mine = {one.id for one in tokens_of(connection, caller().id, now())}
        if token_id not in mine or not revoke_token(connection, token_id, now()):
            raise Fault(404)
    return Answer(status=204)
