"""The screens for those who look after them 大屏台: how each is, orders, schedules; on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from dashboard.access.identity import Identity
from dashboard.access.trail import Entry
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.devices import Device, Devices, NoDevice
from dashboard.redislink import BusDown
from dashboard.screenbeat import Beat, Kept
from dashboard.screenboard import ScreenBoard, board
from dashboard.screenorder import BadOrder, Order, make_order
from dashboard.screensettings import (
    BadSettings,
    ScreenSettings,
    read_dwell,
    read_grid,
    read_scenes,
)


class Post(Protocol):
    """Where beats and orders go; `screenbus.ScreenPost` is one. All may raise `BusDown`."""

    def beat(self, screen: str, at: int, beat: Beat) -> None: ...
    def beats(self, screens: Sequence[str]) -> Mapping[str, Kept]: ...
    def give(self, order: Order) -> None: ...
    def orders(self) -> Sequence[Order]: ...


class Refused(ValueError):
    """What cannot be done with a screen; says why."""


class ScreenDesk:
    """One per web process; `titles` of the scenes that the wall has."""

    def __init__(
        self,
        post: Post,
        devices: Devices,
        log: AuditLog,
        now: Callable[[], int],
        *,
        build: str,
        titles: Mapping[str, str],
    ) -> None:
        self._post, self._devices, self._log, self._now = post, devices, log, now
        self._build, self._titles = build, titles

    def heard(self, screen: str, beat: Beat) -> None:
        """Keeps what a screen said. Raises `BusDown`, `BusFull`."""
        self._post.beat(screen, self._now(), beat)

    def board(self) -> tuple[ScreenBoard, str]:
        """Every screen as it is now, and what could not be found out. Raises `LedgerError`."""
        devices = self._devices.list("wall")
        try:
            beats, away = self._post.beats([one.id for one in devices]), ""
            orders = self._post.orders()
        except BusDown:
            beats, orders, away = {}, [], "Redis 不可用，看不到心跳"
        now = self._now()
        found = board(devices, beats, orders, now, build=self._build, titles=self._titles)
        return found, away

    def order(self, who: Identity, fields: Mapping[str, str]) -> None:
        """Gives an order. Raises `Refused`, `BusDown`, `BusFull`, `LedgerError`."""
        device = self._device(fields)
        scenes = [id for id in self._titles if not device.scenes or id in device.scenes]
        try:
            given = make_order(
                device.id, fields.get("act", ""), self._now(), who.user,
                fields.get("scene", ""), scenes,
            )  # fmt: skip
        except BadOrder as error:
            raise Refused(str(error)) from error
        detail = {"act": given.act, "scene": given.scene, "id": given.id}
        self._log.add(Entry(given.at, who.user, "screen.order", device.name, detail))
        self._post.give(given)

    def arrange(self, who: Identity, fields: Mapping[str, str]) -> None:
        """Changes a schedule 排片. Raises `Refused`, `LedgerError`."""
        device = self._device(fields)
        try:
            settings = self._settings(device, fields)
            told = Entry(self._now(), who.user, "screen.arrange", device.name, detail_of(settings))
            self._devices.arrange(device.id, settings, told)
        except (BadSettings, NoDevice) as error:
            raise Refused(str(error)) from error

    def _device(self, fields: Mapping[str, str]) -> Device:
        try:
            return self._devices.living("wall", fields.get("screen", ""))
        except NoDevice as error:
            raise Refused(str(error)) from error

    def _settings(self, device: Device, fields: Mapping[str, str]) -> ScreenSettings:
        places: dict[str, int] = {}
        for name, text in fields.items():
            if name.startswith("at.") and (place := text.strip()):
                if not (place.isascii() and place.isdigit()):
                    raise BadSettings(f"次序 {place}：应为数字")
                places[name.removeprefix("at.")] = int(place)
        if not places:
            raise BadSettings("至少放一个画面")
        wanted = sorted(places, key=lambda id: places[id])
        dwell = fields.get("dwell", "").strip() or "0"
        try:
            seconds = float(dwell)
        except ValueError:
            raise BadSettings(f"停留 {dwell}：应为秒数") from None
        return ScreenSettings(
            read_scenes(wanted, device.scenes, self._titles),
            read_dwell(seconds),
            read_grid(fields.get("grid", "")),
        )


def detail_of(settings: ScreenSettings) -> dict[str, object]:
    """A schedule as the audit log tells it."""
    return {"scenes": list(settings.scenes), "dwell_s": settings.dwell_s, "grid": settings.grid}
