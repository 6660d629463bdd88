"""The signed copy of a locked book 签名副本: a file that proves itself, without the ledger.

It holds the whole chain of revisions and the form as it was, and a statement: whose book, how it
stood, the digest of every revision, of every item of the locked result, of every attachment. The
statement is signed with Ed25519, so that whoever has only the public key can check it, and cannot
make one. Texts are kept as texts: to the byte, whatever a JSON tool does to the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dashboard.evaluation.book import Book, Revision, broken, opened, read_revision, stored
from dashboard.evaluation.result import Result, decode

FORMAT: Final = "cityops-book/1"
_exact = msgspec.json.Decoder(float_hook=str)
"""Numbers with the decimals they were written with."""


class CopyError(ValueError):
    """A copy that cannot be made or read; the text says why."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed. Digests are SHA-256; times epoch ms."""

    city: str
    form: str
    year: int
    number: int
    """Of the newest revision."""
    head: str
    locked_at: int
    locked_by: str
    made_at: int
    program: str
    revisions: tuple[str, ...]
    items: dict[str, str]
    """Item of the locked result → its digest; "" → that of all the rest of the result."""
    form_text: str
    attachments: dict[str, str]
    """Name of an attachment → its digest; the files are in the attachment store."""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    statement: str
    key: str
    signature: str
    form: str
    revisions: tuple[str, ...]


_file, _statement = msgspec.json.Decoder(_File), msgspec.json.Decoder(Statement)


@dataclass(frozen=True)
class SignedCopy:
    """A copy as it was read: not yet believed."""

    statement: Statement
    key: str
    """The public key it names, hexadecimal."""
    form: str
    revisions: tuple[Revision, ...]
    wrong: tuple[str, ...]
    """What does not fit, in words; empty: it is as it was signed, by the owner of `key`."""

    @property
    def book(self) -> Book:
        """The book its revisions make."""
        return opened(self.statement.form, self.statement.city, self.statement.year, self.revisions)

    @property
    def result(self) -> Result:
        """The evaluated form as it was locked. Raises `CopyError`."""
        locked = self.book.locked
        if locked is None:
            raise CopyError("副本里的册不是已锁定的")
        return decode(bytes(locked))


def public_key(seed: bytes) -> str:
    """The public key of a signing key, hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def signed_copy(
    book: Book, revisions: Sequence[Revision], form: str, seed: bytes, made_at: int, program: str
) -> bytes:
    """The file of a locked book. Raises `CopyError` where it is not locked, or its chain broken."""
    if book.locked is None or revisions[-1].act != "lock":
        raise CopyError(f"{book.id} 没有锁定：只有已锁定的册才有签名副本")
    if wrong := broken(book.form, book.city, book.year, revisions):
        raise CopyError(f"{book.id}：{'；'.join(wrong)}")
    statement = msgspec.json.encode(
        Statement(
            city=book.city,
            form=book.form,
            year=book.year,
            number=book.number,
            head=book.head,
            locked_at=revisions[-1].at,
            locked_by=revisions[-1].by,
            made_at=made_at,
            program=program,
            revisions=tuple(_digest(stored(one)) for one in revisions),
            items=dict(_item_digests(bytes(book.locked))),
            form_text=_digest(form.encode()),
            attachments=_attachments(book.cells),
        ),
        order="sorted",
    )
    signer = Ed25519PrivateKey.from_private_bytes(seed)
    return msgspec.json.format(
        msgspec.json.encode(
            _File(
                format=FORMAT,
                statement=statement.decode(),
                key=public_key(seed),
                signature=signer.sign(statement).hex(),
                form=form,
                revisions=tuple(stored(one).decode() for one in revisions),
            )
        ),
        indent=1,
    )


def read_copy(body: bytes) -> SignedCopy:
    """A copy with all that does not fit in it. Raises `CopyError` where it is no copy at all."""
    try:
        file = _file.decode(body)
        statement = _statement.decode(file.statement)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CopyError(f"不是年度台账的签名副本（{error}）") from error
    if file.format != FORMAT:
        raise CopyError(f"副本格式 {file.format}，本程序认得 {FORMAT}")
    revisions, unreadable = _revisions(file.revisions)
    wrong = [*_signature(file), *unreadable]
    if not unreadable:
        wrong += _differences(statement, file, revisions)
    return SignedCopy(statement, file.key, file.form, tuple(revisions), tuple(wrong))


def _signature(file: _File) -> Iterator[str]:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(file.key))
        key.verify(bytes.fromhex(file.signature), file.statement.encode())
    except (ValueError, InvalidSignature):
        yield "签名不符：声明（statement）、签名或公钥被改动过"


def _revisions(texts: Sequence[str]) -> tuple[list[Revision], list[str]]:
    revisions: list[Revision] = []
    wrong: list[str] = []
    for number, text in enumerate(texts, 1):
        try:
            revisions.append(read_revision(text.encode()))
        except msgspec.MsgspecError as error:
            wrong.append(f"第 {number} 次修订读不出（{error}）")
    return revisions, wrong


def _differences(statement: Statement, file: _File, revisions: Sequence[Revision]) -> Iterator[str]:
    """Where the content is not what the statement says, by name."""
    if len(revisions) != len(statement.revisions):
        yield f"修订 {len(revisions)} 次，声明的是 {len(statement.revisions)} 次"
    told = zip(file.revisions, statement.revisions, strict=False)
    for number, (text, digest) in enumerate(told, 1):
        if _digest(text.encode()) != digest:
            yield f"第 {number} 次修订与声明不符"
    if _digest(file.form.encode()) != statement.form_text:
        yield "表单（form）与声明不符"
    book = opened(statement.form, statement.city, statement.year, revisions)
    yield from broken(statement.form, statement.city, statement.year, revisions)
    if (book.head, book.number) != (statement.head, statement.number):
        yield "修订链的末尾与声明不符"
    if _attachments(book.cells) != statement.attachments:
        yield "附件的清单与声明不符"
    if book.locked is None:
        yield "册不是已锁定的"
        return
    yield from _items_that_differ(bytes(book.locked), statement.items)


def _items_that_differ(locked: bytes, told: Mapping[str, str]) -> Iterator[str]:
    try:
        result = decode(locked)
        found = dict(_item_digests(locked))
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        yield f"锁定的结果读不出（{error}）"
        return
    names = {item.id: item.name for item in result.items}
    for id in sorted(found.keys() | told.keys()):
        if found.get(id) != told.get(id):
            what = f"指标 {names.get(id, id)}（{id}）" if id else "总分、层级或说明"
            yield f"{what}与声明不符"


def _item_digests(locked: bytes) -> Iterator[tuple[str, str]]:
    """The digest of each item of a locked result, and under "" of all that is not an item."""
    whole: dict[str, Any] = _exact.decode(locked)
    for item in whole.pop("items"):
        yield str(item["id"]), _digest(msgspec.json.encode(item, order="sorted"))
    yield "", _digest(msgspec.json.encode(whole, order="sorted"))


def _attachments(cells: Mapping[str, Any]) -> dict[str, str]:
    """The attachments a book names, `name@sha256`."""
    found: dict[str, str] = {}
    for payload in cells.values():
        for one in payload.get("attachment", ()) if isinstance(payload, dict) else ():
            name, _, digest = str(one).rpartition("@")
            if name:
                found[name] = digest
    return found


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
