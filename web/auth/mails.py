"""The mail with a link for signing in once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from sopwith.core.text import Text
from sopwith.runtime.lanes import Lane
from sopwith.store.customers import Customer
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.sessions import attempts_since, note_attempt
from sopwith.store.tokens import make_link

from ..visitor import get_service, get_settings, now

LIFE = timedelta(minutes=30)
WINDOW = timedelta(hours=1)
MOST = 5
SUBJECT = Text("Your link for signing in", "您的登录链接")
BODY = Text(
    "Hello,\n\nsign in with this link. It works once, for 30 minutes:\n{link}\n\n"
    "If you did not ask for it, you need not do anything.\n",
    "您好：\n\n请点击以下链接登录。链接仅可使用一次，30 分钟内有效：\n{link}\n\n如非您本人操作，请忽略本邮件。\n",
)


def send_sign_in_link(connection: Connection, email: str, customer: Customer | None) -> None:
    """Write the mail in the caller's transaction, unless this address was sent too many of late.

    Without a customer the wish is noted all the same, so that both take the same time.
    """
    key = f"sign-in-link:{email.lower()}"
    tries = attempts_since(connection, key, now() - WINDOW)
    note_attempt(connection, key, now())
    if customer is None or not customer.active or tries >= MOST:
        return
    service = get_service()
    secret = service.ids.secret()
    make_link(
        connection,
        secret,
        "sign-in",
        now=now(),
        expires_at=now() + LIFE,
        customer_id=customer.id,
    )
    link = f"{get_settings().base_url.rstrip('/')}/sign-in/link/{secret}"
    send_mail(connection, customer, SUBJECT, BODY, link)


def send_mail(
    connection: Connection, customer: Customer, subject: Text, body: Text, link: str
) -> None:
    """Write a mail with a link to a customer, in their language; nothing of what a sender typed is in it."""
    service = get_service()
    job = NewJob(
        kind="mail",
        lane=Lane.URGENT,  # somebody waits for it
        key=f"web:{service.ids.new_id()}",
        payload={
            "to": customer.email,
            "to_name": customer.name,
            "kind": "customer",
            "subject": subject.get(customer.lang),
            "text": body.get(customer.lang).format(link=link),
            "lang": customer.lang,
        },
        due_at=now(),
        created_at=now(),
    )
    add_jobs(connection, [job])
