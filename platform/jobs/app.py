"""The Celery application: a pool of hands. The table of work remembers, Celery does not."""

from __future__ import annotations

from celery import Celery

QUEUE = "sopwith"
PREFETCH = 4


def make_app(broker_url: str | None = None) -> Celery:
    """Return the application; without a broker its task can only be applied in this process."""
    app = Celery("sopwith", set_as_current=False)
    app.conf.update(
        broker_url=broker_url or "memory://",
        broker_connection_retry_on_startup=True,
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=False,
        task_always_eager=False,
        task_default_queue=QUEUE,
        task_default_delivery_mode="transient",
        task_publish_retry=False,
        worker_prefetch_multiplier=PREFETCH,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        timezone="UTC",
        enable_utc=True,
    )
    return app
