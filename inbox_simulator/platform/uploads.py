"""Files that an app uploaded for the Page, to be sent by their id.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets

An address is not fetched: nothing here goes out to the internet. Only what can be no address at all
is refused as one that could not be fetched.
"""

from dataclasses import dataclass, field

from inbox_simulator.platform.errors import (
    BadAttachmentIdError,
    FetchFailedError,
    FileTooLargeError,
    WrongFileTypeError,
)

KINDS = frozenset({"image", "video", "audio", "file"})
LARGEST = 25 * 1024 * 1024
#: Milliseconds after which an id is forgotten; ninety days.
KEPT_FOR = 90 * 24 * 3_600_000


def an_address(url: str) -> str:
    """Return an address from which a file could be fetched, or refuse it. Nothing is fetched."""
    if not url.startswith(("http://", "https://")):
        raise FetchFailedError
    return url


@dataclass(frozen=True)
class File:
    """What came in a request's ``filedata``."""

    content: bytes
    mimetype: str


@dataclass(frozen=True)
class Upload:
    """One attachment: where it is, or what it is."""

    id: str
    kind: str
    at: int
    url: str
    file: File | None = None


@dataclass
class Uploads:
    """The Page's attachments, by id."""

    by_id: dict[str, Upload] = field(default_factory=dict)

    def add(self, upload: Upload) -> Upload:
        """Keep an attachment; a file that is too large or of another type is refused."""
        if upload.file is not None:
            if len(upload.file.content) > LARGEST:
                raise FileTooLargeError
            main = upload.file.mimetype.partition("/")[0]
            if upload.kind not in {"file", main}:
                raise WrongFileTypeError
        else:
            an_address(upload.url)
        self.by_id[upload.id] = upload
        return upload

    def find(self, attachment_id: str, kind: str, at: int) -> Upload:
        """Return an attachment; one of another kind, or older than ninety days, is refused."""
        upload = self.by_id.get(attachment_id)
        if upload is None or upload.kind != kind or at - upload.at > KEPT_FOR:
            raise BadAttachmentIdError
        return upload
