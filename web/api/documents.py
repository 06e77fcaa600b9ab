"""The document of the API for programs, and a page of it for people."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text

from .blueprint import PREFIX, VERSION, api
from .openapi import document
from .operation import OPERATIONS, Answer
from .words import WORDS

INTRO = Text(
    "Programs do here what people do on the pages, with the rights of the account whose token they bring.",
    "程序可在此完成页面上的各项操作，权限与令牌所属账号一致。",
)
TAKES = Text("What it takes", "请求参数")
WRONG = Text("What can be wrong", "错误代码")
TAGS = {
    "Records": Text("Records", "记录"),
    "Work": Text("Work on a record", "处理记录"),
    "History": Text("How it came about", "历史与说明"),
    "Files": Text("Files", "文件"),
    "Definitions": Text("Definitions", "定义"),
    "Account": Text("Account and tokens", "账号与令牌"),
}


def product_version() -> str:
    """Return the version of the product, 0 where it runs from its folder."""
    try:
        return version("sopwith")
    except PackageNotFoundError:
        return "0"


@api.get(f"/{VERSION}/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI document."""
    return Answer(body=document(product_version())).response()


@api.get("/docs")
def docs() -> ResponseReturnValue:
    """Show what the API offers, readable without any script."""
    operations = {tag: [one for one in OPERATIONS if one.tag == tag] for tag in TAGS}
    codes = {code: Text(one.en, one.zh) for code, one in WORDS.items()}
    return render_template(
        "api/docs.html",
        operations=operations,
        titles=TAGS,
        codes=codes,
        prefix=PREFIX,
        intro=INTRO,
        takes=TAKES,
        wrong=WRONG,
    )
