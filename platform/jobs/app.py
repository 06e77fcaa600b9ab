"""The Celery application: a pool of hands. The table of work remembers, Celery does not."""

from __future__ import annotations

from celery import Celery
from kombu import Exchange, Queue

from ..runtime.lanes import Lane

PREFETCH = 64
"""Messages that a worker may hold; the dispatcher sends no more ahead than workers soon begin."""

CONNECT_SECONDS = 3.0
KEPT_SECONDS = 3600


def queue_of(lane: Lane) -> str:
    """Return the name of the lane's queue."""
    return f"sopwith.{lane.name.lower()}"


def make_app(broker_url: str | None = None) -> Celery:
    """Return the application; without a broker its task can only be applied in this process.

    Messages go to their queue by its name, through the exchange that every broker has: Redis may be
    flushed, and nothing needs to be declared again.
    """
    app = Celery("sopwith", set_as_current=False)
    app.conf.update(
        broker_url=broker_url or "memory://",
        broker_connection_timeout=CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"visibility_timeout": KEPT_SECONDS},
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=False,
        task_always_eager=False,
        task_queues=[
            Queue(queue_of(lane), Exchange(""), routing_key=queue_of(lane)) for lane in Lane
        ],
        task_default_queue=queue_of(Lane.INSIDE),
        task_default_delivery_mode="transient",
        task_publish_retry=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        timezone="UTC",
        enable_utc=True,
    )
    return app
