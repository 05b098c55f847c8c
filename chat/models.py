"""What is kept: people, rooms, messages, and the log of everything that happened in a room.

Rows are written by `chat.actions` alone, which keeps the promises that span tables (see `Event`). The models give the
schema, the admin and the commands their ORM; the hot path speaks SQL through `storage.store`.
"""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

USERNAME_TAKEN = "A user with that username already exists."


def new_epoch() -> str:
    return secrets.token_urlsafe(9)


def new_identity() -> str:
    return secrets.token_urlsafe(9)


def new_file_id() -> str:
    return secrets.token_urlsafe(16)


def new_invite_token() -> str:
    return secrets.token_urlsafe(16)


class Users(UserManager["User"]):
    """People, found by their user name however it is capitalised: phones like to begin with a capital letter."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractUser):
    """A person. `username` is for logging in, `name` is what others see.

    Of a deleted one the row stays, emptied (`deleted_at`): rooms' logs refer to it.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("your name", max_length=80)
    deleted_at = models.DateTimeField(null=True, editable=False)

    REQUIRED_FIELDS = ("email", "name")  # type: ignore[assignment]

    objects: ClassVar[UserManager[User]] = Users()

    class Meta(AbstractUser.Meta):
        constraints = (
            models.UniqueConstraint(
                Lower("username"), name="chat_user_username_once", violation_error_message=USERNAME_TAKEN
            ),
        )

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name or self.username


class Room(models.Model):
    """A place to talk. `head` is the `seq` of the last thing that happened here; the next one takes `head + 1`.

    `pair` names the two people of a direct room, and no other room has it: "3-9".
    """

    class Kind(models.TextChoices):
        OPEN = "open", "Open: everybody is a member"
        CLOSED = "closed", "Closed: by invitation"
        DIRECT = "direct", "Direct messages"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.OPEN)
    head = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    pair = models.CharField(max_length=39, null=True, editable=False)  # noqa: DJ001 - most rooms have none
    members = models.ManyToManyField(User, through="Membership", related_name="rooms")

    class Meta:
        ordering = ("name",)
        constraints = (
            # With a condition it is an index that SQLite adds without copying the table.
            models.UniqueConstraint(
                fields=("pair",), condition=models.Q(pair__isnull=False), name="chat_room_pair_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """Who may read and write in a room. Without this row, a room does not exist for a user."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)
    read_seq = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="chat_membership_once"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Message(models.Model):
    """A message. A sender's `client_id` is used at most once, for ever: that is what makes a retried send harmless.

    `digest` is that of what was sent first, so that a repeat can be told from another message under the same
    `client_id` even after an edit. A deleted message keeps its row, and its `client_id` with it.

    `files` is what travels of its files (`File`): a JSON array, written with the message; null where there are none.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="messages", db_index=False)
    sender = models.ForeignKey(User, models.PROTECT, related_name="messages", db_index=False)
    client_id = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=32, editable=False)
    reply_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replies")
    files = models.TextField(null=True, editable=False)  # noqa: DJ001 - JSON to embed; an empty text is none
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("sender", "client_id"), name="chat_message_sent_once"),
            models.UniqueConstraint(fields=("room", "seq"), name="chat_message_seq_once"),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class Content(models.Model):
    """Bytes that are kept once, however many files have them: `key` is their name in the store.

    The row is committed before the bytes are there, and goes after them, so that no bytes are without a row. Once
    `doomed_at` is set nobody begins to refer to it: the same bytes, coming again, are another content, with another
    key. `chat.actions.contents` keeps these promises.
    """

    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=96, unique=True)
    bytes = models.PositiveBigIntegerField()
    doomed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("sha256",), condition=models.Q(doomed_at__isnull=True), name="chat_content_once"
            ),
        )
        indexes = (
            models.Index(fields=("id",), condition=models.Q(doomed_at__isnull=False), name="chat_content_doomed"),
        )

    def __str__(self) -> str:
        return f"content {self.pk}"


class File(models.Model):
    """Something that a person uploads, or has uploaded, for a room; then that of a message (`message`, `place`).

    `id` is the server's word for it, everywhere; `upload_id` its owner's own, unique among theirs, if they gave one.
    `name`, `declared` and `description` are what its owner says of it, `type` is what it was found to be. What came is
    kept in `content`, and until it is (`finished_at`) in a file beside the database.
    """

    id = models.CharField(max_length=22, primary_key=True, default=new_file_id)
    owner = models.ForeignKey(User, models.PROTECT, related_name="files", db_index=False)
    upload_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - not everybody gives one
    room = models.ForeignKey(Room, models.CASCADE, related_name="files", db_index=False)
    name = models.TextField()
    declared = models.TextField(default="")
    description = models.TextField(default="")
    type = models.TextField(default="")
    bytes = models.PositiveBigIntegerField()
    content = models.ForeignKey(Content, models.PROTECT, null=True, related_name="+")
    thumb = models.ForeignKey(Content, models.PROTECT, null=True, related_name="+")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    preview = models.TextField(null=True)  # noqa: DJ001 - most have none
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "upload_id"),
                condition=models.Q(upload_id__isnull=False),
                name="chat_file_uploaded_once",
            ),
        )
        indexes = (
            models.Index(fields=("room", "message"), name="chat_file_of_room"),
            models.Index(fields=("owner", "bytes"), name="chat_file_of_owner"),
            models.Index(fields=("created_at",), condition=models.Q(message__isnull=True), name="chat_file_unsent"),
        )

    def __str__(self) -> str:
        return f"file {self.pk}"


class FileNames(models.Model):
    """What the files of a message are called, one in each line, for the search; `id` is the message's."""

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, db_column="id", related_name="+")
    room = models.ForeignKey(Room, models.CASCADE, related_name="+", db_index=False)
    names = models.TextField()

    def __str__(self) -> str:
        return f"names of the files of {self.message_id}"


class Event(models.Model):
    """The log of a room: one row for everything that happened, numbered 1, 2, 3, ... without a gap.

    An event of kind `message`, `edit`, `delete` or `reaction` names its message; what the text is now stands in the
    message, so that the log never repeats what was taken back. `data` holds what else an event carries, as JSON text.

    `client_id` and `digest` make edits, deletes and reactions as repeatable as sends; a message has its own. Where
    several write at once a message's `client_id` stands here too: nobody uses it for something else in another room.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message"
        EDIT = "edit"
        DELETE = "delete"
        REACTION = "reaction"
        MEMBER = "member"
        ROOM = "room"

    room = models.ForeignKey(Room, models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="events", db_index=False)
    data = models.TextField(null=True)  # noqa: DJ001 - raw JSON for SQLite to embed; an empty text is no JSON
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - most events have none
    digest = models.CharField(max_length=32, null=True)  # noqa: DJ001 - likewise
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("room", "seq"), name="chat_event_seq_once"),
            models.UniqueConstraint(
                fields=("actor", "client_id"), condition=models.Q(client_id__isnull=False), name="chat_event_done_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.seq} in room {self.room_id}"


class Reaction(models.Model):
    """An emoji that somebody put on a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reactions", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    emoji = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "user", "emoji"), name="chat_reaction_once"),)

    def __str__(self) -> str:
        return f"{self.emoji} on message {self.message_id}"


class Invite(models.Model):
    """A link by which people sign up. One is valid at a time; making a new one revokes the old."""

    token = models.CharField(max_length=32, unique=True, default=new_invite_token, editable=False)
    created_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invite of {self.created_by}"


class Installation(models.Model):
    """The one row about this installation.

    `epoch` names its history: restoring a backup begins another. `identity` never changes: it tells the installations
    apart that share a Redis.
    """

    epoch = models.CharField(max_length=16, default=new_epoch)
    identity = models.CharField(max_length=16, default=new_identity, editable=False)

    def __str__(self) -> str:
        return f"epoch {self.epoch}"


class Revision(models.Model):
    """A change of something that processes look at: `name` says of what. Triggers add it, whoever writes.

    `about` says whose it is: a person's id, or a session's key. The rows without one stand for all that were folded
    into them, and for changes of too many. `mark` is random: the sum of a name's says whether anything has changed.

    `memberships`: who belongs to which room. `credentials`: what may have ended somebody's log-in.
    """

    name = models.CharField(max_length=16)
    about = models.CharField(max_length=40, null=True)  # noqa: DJ001 - nobody's is not the same as ""'s
    mark = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.mark}"
