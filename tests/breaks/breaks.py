"""The breaks. Each is a small change to the code that takes a promise back, and names tests that must then fail."""

from __future__ import annotations

from dataclasses import dataclass

JS = "frontend/static/frontend/js"


@dataclass(frozen=True)
class Break:
    """In `file`, `old` (which stands there once) becomes `new`. `tests` are arguments for pytest or files for node.

    `engine` is what they are run on.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    engine: str = "sqlite"


BREAKS = [
    # Durable acks
    Break(
        "a result leaves before the commit",
        "storage/pool/writer.py",
        "        begun = time.perf_counter()\n",
        "        for done in results:\n            self._deliver(*done)\n        begun = time.perf_counter()\n",
        ("tests/storage/test_workers.py",),
    ),
    Break(
        "the log is not synced",
        "config/settings.py",
        "PRAGMA synchronous = {env.SQLITE_SYNCHRONOUS}",
        "PRAGMA synchronous = OFF",
        ("tests/storage/faults/test_sync.py",),
    ),
    Break(
        "the journal is not written",
        f"{JS}/outbox/storage/journal.js",
        "      storage.setItem(this.#prefix + entry.clientId, JSON.stringify(entry));\n",
        "",
        ("tests/frontend/journal.test.js", "tests/frontend/outbox_model.test.js"),
    ),
    Break(
        "a message goes before its files",
        f"{JS}/outbox/lanes.js",
        "        if (!this.#ready(item)) {\n",
        "        if (this.window < 0) {\n",
        ("tests/frontend/outbox_model.test.js",),
    ),
    Break(
        "what waits for files lets its room pass by",
        f"{JS}/outbox/lanes.js",
        "          held.add(lane);\n          continue;\n",
        "          continue;\n",
        ("tests/frontend/outbox_model.test.js",),
    ),
    Break(
        "the bytes of files are not kept",
        f"{JS}/uploads/kept_bytes.js",
        "      transaction.objectStore(STORE).put(blob, uploadId);\n",
        "",
        (
            "tests/e2e/test_files_kept.py::test_cut_off_in_the_middle_and_begun_anew_in_another_page_it_arrives_once_from_where_it_was",
        ),
    ),
    # Exactly once
    Break(
        "a repeat is not known",
        "chat/actions/messages.py",
        "    if done is None:\n",
        "    if True:\n",
        ("tests/chat/test_sends_together.py", "tests/chat/test_commit_queue.py"),
    ),
    Break(
        "other content under a used client_id passes for a repeat",
        "chat/actions/messages.py",
        '    if done["digest"] != digest:\n',
        "    if False:\n",
        ("tests/chat/test_sending.py::test_a_client_id_used_for_something_else_is_a_conflict",),
    ),
    Break(
        "the outbox sends what somebody else wrote",
        f"{JS}/outbox/storage/journal.js",
        "posthorn:outbox:${userId}:",
        "posthorn:outbox:",
        ("tests/frontend/journal.test.js",),
    ),
    # Order and no hole
    Break(
        "a lane that is blocked admits everything",
        "chat/live/commit_queue.py",
        "if not operation.lane.admits(operation):",
        "if False:",
        ("tests/chat/test_commit_queue.py",),
    ),
    Break(
        "what fails in a batch does not block what follows",
        "chat/live/batch.py",
        "            blocked.add(operation.lane)\n",
        "            pass\n",
        ("tests/chat/test_commit_queue.py",),
    ),
    Break(
        "what another process wrote in between is passed over",
        "chat/live/feeds.py",
        "if first == feed.head + 1 and feed.reading is None:",
        "if True:",
        ("tests/chat/test_hub.py",),
    ),
    Break(
        "the epoch is ignored",
        "chat/live/conversation.py",
        "same_history = hello.epoch in {None, epoch}",
        "same_history = True",
        ("tests/chat/test_conversation.py", "tests/chat/test_catching_up.py"),
    ),
    Break(
        "the page puts messages where they come",
        f"{JS}/timeline/seq_index.js",
        "if ((entries[middle]?.seq ?? 0) < seq)",
        "if ((entries[middle]?.seq ?? 0) < Infinity)",
        ("tests/frontend/seq_index.test.js", "tests/frontend/order.test.js"),
    ),
    # Access
    Break(
        "the hub goes on serving who was removed",
        "chat/live/memberships.py",
        "for room in listener.rooms - belongs_to:",
        "for room in set():",
        ("tests/chat/test_hub.py",),
    ),
    Break(
        "history is open to everybody",
        "chat/queries/messages.py",
        "WITH mine AS (SELECT room_id FROM chat_membership WHERE room_id = %s AND user_id = %s),",
        "WITH mine AS (SELECT DISTINCT room_id FROM chat_membership WHERE room_id = %s AND %s),",
        ("tests/chat/test_catching_up.py",),
    ),
    Break(
        "search looks into rooms of others",
        "chat/queries/search.py",
        "SELECT room_id FROM chat_membership WHERE user_id = %s AND",
        "SELECT DISTINCT room_id FROM chat_membership WHERE %s AND",
        ("tests/chat/test_search.py",),
    ),
    Break(
        "sync is open to everybody",
        "chat/queries/events.py",
        " WHERE r.id = %s AND mine.user_id = %s",
        " WHERE r.id = %s AND %s",
        ("tests/chat/test_catching_up.py",),
    ),
    Break(
        "any site may open a socket",
        "chat/servers/origin.py",
        'if is_same_origin(scope["headers"])',
        "if True",
        ("tests/chat/test_handshake.py",),
    ),
    Break(
        "a session that has ended goes on",
        "chat/live/hub.py",
        "if listener.credential in gone:",
        "if False:",
        ("tests/chat/test_access.py",),
    ),
    Break(
        "passwords may be guessed without end",
        "chat/pages/logins.py",
        "    if wait:\n        message",
        "    if False:\n        message",
        ("tests/chat/test_addresses.py", "tests/chat/test_own_account.py"),
    ),
    Break(
        "any address becomes a link",
        f"{JS}/text/addresses.js",
        """  if (!SAFE.test(address)) return null;
  try {
    const { href, protocol } = new URL(address);
    return ["http:", "https:", "mailto:"].includes(protocol) ? href : null;
""",
        "  try {\n    return new URL(address).href;\n",
        ("tests/frontend/message_text.test.js",),
    ),
    # The server never stalls on its database
    Break(
        "work that fails takes its group with it",
        "storage/pool/writer.py",
        "        with connection.savepoint():\n",
        "        if True:\n",
        ("tests/storage/test_workers.py",),
    ),
    Break(
        "the queue has no end",
        "storage/pool/workers.py",
        "if len(self._queue) >= self._limit:",
        "if False:",
        ("tests/storage/test_contract.py",),
    ),
    Break(
        "a deadline stops nothing",
        "storage/pool/tasks.py",
        "self.future.set_exception(QueryTimeout(self.timeout or 0.0))\n            self._interrupt()",
        "self.future.set_exception(QueryTimeout(self.timeout or 0.0))",
        ("tests/storage/test_contract.py",),
    ),
    Break(
        "a rollout flag is not heeded",
        "storage/rollout/flags.py",
        "return self._percents.get(name, 100)",
        "return 100",
        ("tests/storage/test_flags.py",),
    ),
    Break(
        "the server goes without a goodbye",
        "chat/live/hub.py",
        "            listener.socket.push(protocol.bye(after_ms()))\n",
        "",
        ("tests/chat/test_going_down.py",),
    ),
    Break(
        "a process that goes down is ready for more",
        "chat/servers/health.py",
        "*([GOING] if draining.begun else [])",
        "*[]",
        ("tests/chat/test_draining.py::test_it_is_not_ready_before_anything_is_closed_and_takes_nobody_in",),
    ),
    # Over all processes
    Break(
        "what was sent elsewhere is not owed",
        "chat/limits.py",
        "self._tokens = min(self._burst, self._tokens - amount)",
        "self._tokens = max(0.0, min(self._burst, self._tokens - amount))",
        ("tests/chat/test_neighbours.py",),
    ),
    Break(
        "every process counts wrong passwords for itself",
        "chat/attempts.py",
        "    wait = shared_counts.begin([those.count(key) for those, key in attempts])\n",
        "    wait = 0.0\n",
        (
            "tests/chat/test_shared_limits.py::test_who_guesses_a_password_is_stopped_by_all_processes_together_and_restarts_forget_nothing",
        ),
    ),
    Break(
        "what a process missed of another is not asked for",
        "chat/live/neighbours.py",
        "        if neighbour.number < number:\n",
        "        if neighbour.number > number:\n",
        ("tests/chat/test_neighbours.py",),
    ),
    Break(
        "a process that is killed is never given up",
        "chat/live/neighbours.py",
        "        self.forget_the_silent()\n",
        "",
        ("tests/chat/test_neighbours.py",),
    ),
    Break(
        "an ack leaves without the standby",
        "storage/postgres/base.py",
        "if self._warned is not None:",
        "if False:",
        ("tests/chat/test_failover.py::test_no_ack_leaves_without_the_standby_whoever_cancels_the_wait",),
        engine="postgres",
    ),
    Break(
        "a statement that never answers holds its thread for ever",
        "storage/postgres/cancel.py",
        "in_vain = now - self._asked_at > PATIENCE_SECONDS",
        "in_vain = False",
        ("tests/chat/test_outages.py::test_connections_that_are_forgotten_on_the_way_hold_no_thread_for_ever",),
        engine="postgres",
    ),
    # Moving to the other engine
    Break(
        "what has moved is not compared",
        "storage/moving/move.py",
        "    if sent.rows != arrived.rows or different:\n",
        "    if False:\n",
        ("tests/chat/test_moving.py::test_what_arrives_otherwise_does_not_count",),
    ),
    Break(
        "an installation is moved while it is served",
        "storage/sqlite/moving.py",
        '            self.ask("PRAGMA journal_mode = DELETE")\n            self.ask("BEGIN EXCLUSIVE")\n',
        '            self.ask("BEGIN")\n',
        ("tests/chat/test_moving.py::test_an_installation_that_is_served_is_not_moved",),
    ),
    # Files
    Break(
        "an upload is acknowledged before it is synced",
        "chat/files/parts.py",
        "        os.fdatasync(self._file.fileno())\n",
        "",
        ("tests/uploads/test_parts.py",),
    ),
    Break(
        "what comes with a wrong checksum counts",
        "chat/uploads/taking.py",
        "        if unchecked.digest() != checksum.digest:\n",
        "        if False:\n",
        ("tests/uploads/test_parts.py",),
    ),
    Break(
        "two write to an upload at once",
        "chat/files/parts.py",
        "            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "",
        ("tests/uploads/test_parts.py",),
    ),
    Break(
        "a large body waits in memory",
        "chat/servers/streamed_body.py",
        "        if len(self._waiting) > MOST_WAITING:\n",
        "        if len(self._waiting) > 1 << 30:\n",
        ("tests/uploads/test_streamed_body.py",),
    ),
    Break(
        "uploads of others are open",
        "chat/queries/uploads.py",
        "    WHERE f.id = %s AND f.owner_id = %s\n",
        "    WHERE f.id = %s AND f.owner_id <> -%s\n",
        ("tests/uploads/test_tus.py::test_what_is_not_ones_own_is_not_there",),
    ),
    Break(
        "bytes are stored before their row is committed",
        "chat/uploads/finishing.py",
        "    settled = await",
        "    await parts.run(_put, Kept(0, f'zz/{found.sha256}'), looked.kept)\n    settled = await",
        ("tests/chat/test_finishing_uploads.py",),
    ),
    Break(
        "what nobody needs stays on the disk",
        "chat/live/sweep.py",
        "            await parts.run(blobs.delete, content.key)\n",
        "            pass\n",
        ("tests/chat/test_finishing_uploads.py",),
    ),
    Break(
        "a photo tells where it was taken",
        "chat/pictures/child/parts.py",
        "        if name in _PNG_KEPT:\n",
        "        if name:\n",
        ("tests/pictures/test_look.py::test_a_photo_goes_out_without_what_the_camera_noted",),
    ),
    Break(
        "what hides behind a picture's end goes along",
        "chat/pictures/child/parts.py",
        '            yield b";"\n            return\n',
        "            yield data[at:]\n            return\n",
        ("tests/pictures/test_look.py::test_what_is_behind_the_end_is_left_out",),
    ),
    Break(
        "a picture may have any number of pixels",
        "chat/pictures/child/__main__.py",
        '        Image.MAX_IMAGE_PIXELS = job["pixels"]\n',
        "        Image.MAX_IMAGE_PIXELS = None\n",
        ("tests/pictures/test_look.py",),
    ),
    Break(
        "the decoders take any memory",
        "chat/pictures/child/__main__.py",
        "        (resource.RLIMIT_AS, MEMORY_BYTES),\n",
        "",
        ("tests/pictures/test_look.py::test_the_process_has_limits_and_no_secrets",),
    ),
    Break(
        "files of a room are open to everybody",
        "chat/queries/served_files.py",
        "mine.room_id = f.room_id AND mine.user_id = %s",
        "mine.user_id = %s",
        ("tests/files/test_serving.py",),
    ),
    Break(
        "a page that somebody sent runs in our name",
        "chat/files/giving.py",
        "not served.type.startswith(_SHOWN)",
        "False",
        ("tests/files/test_serving.py",),
    ),
    Break(
        "a download waits in memory",
        "chat/servers/daphne.py",
        "            await channel.until_taken()\n",
        "            pass\n",
        ("tests/files/test_serving.py",),
    ),
]
