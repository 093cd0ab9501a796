"""Writing to the database of a run without blocking: `Writer`."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of SQL and the rows that it is executed with."""

    sql: str
    rows: Sequence[tuple[Any, ...]]


class Writer:
    """Executes statements in a thread of its own, in order, each whole or not at all.

    A commit waits for the disk: half a millisecond on a quiet one, twenty on a busy one, in which workers would run out
    of work. What has come meanwhile goes into one transaction.

    Args:
        database: An open connection that may be used in another thread, without transactions of its own. It must
            not be used elsewhere before `flush` or `close` has returned.
    """

    def __init__(self, database: sqlite3.Connection):
        self._database = database
        self._queue: queue.SimpleQueue[Statement | threading.Event | None] = queue.SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="nas writer", daemon=True)
        self._thread.start()

    def put(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Queue the statement to be executed soon.

        Raises:
            sqlite3.Error: An earlier one could not be.
        """
        self._raise()
        self._queue.put(Statement(sql=sql, rows=rows))

    def flush(self) -> None:
        """Wait until everything is on the disk.

        Raises:
            sqlite3.Error: Something could not be written.
        """
        reached = threading.Event()
        self._queue.put(reached)
        reached.wait()
        self._raise()

    def close(self) -> None:
        """End the thread after everything was written, or cannot be."""
        self._queue.put(None)
        self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        last = False
        while not last:
            items = [self._queue.get()]
            while not self._queue.empty():
                items.append(self._queue.get())
            statements = [item for item in items if isinstance(item, Statement)]
            if statements and self._error is None:
                try:
                    self._commit(statements)
                except Exception as error:  # whatever it is, the other thread has to know
                    self._error = error
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()
            last = None in items

    def _commit(self, statements: Sequence[Statement]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                self._database.executemany(statement.sql, statement.rows)
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
