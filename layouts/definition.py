"""What a 口径卡 definition card says about one figure; filled from the registry of measures."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Definition:
    """口径: name, unit, what is above and below the line, attribution, variant and source."""

    name: str
    unit: str
    text: str
    numerator: str = ""
    denominator: str = ""
    attribution: str = ""
    variant: str = ""
    source: str = ""
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """The filled fields only, as the page carries them."""
        return {key: value for key, value in asdict(self).items() if value}
