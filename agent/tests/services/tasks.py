"""A celery application whose task uses a weak hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from celery import Celery

FOLDER = Path(os.environ["TASKS_FOLDER"])

app = Celery("tasks", broker="filesystem://")
app.conf.update(
    broker_transport_options={"data_folder_in": str(FOLDER / "queue"), "data_folder_out": str(FOLDER / "queue")},
    worker_hijack_root_logger=False,
)


@app.task(ignore_result=True)  # type: ignore[untyped-decorator]  # celery has no types
def digest(word: str) -> None:
    (FOLDER / "digest").write_text(hashlib.md5(word.encode()).hexdigest())
