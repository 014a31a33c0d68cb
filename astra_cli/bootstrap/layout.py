"""Where set-up keeps its things inside the checkout."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Paths below the root of the checkout."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def stamps(self) -> Path:
        """One file per finished step; inside the environment, so that they are lost together."""
        return self.venv / "astra-stamps"

    @property
    def log(self) -> Path:
        """What pip, apt and colcon said."""
        return self.venv / "astra-setup.log"

    @property
    def gl(self) -> Path:
        """Debian packages unpacked without root."""
        return self.venv / "gl"

    @property
    def lock(self) -> Path:
        """What two set-ups at once wait on; outside the environment, which may be made anew."""
        return self.root / ".astra-setup.lock"

    @property
    def requirements(self) -> Path:
        """The folder of the lock files."""
        return self.root / "requirements"

    @property
    def build(self) -> Path:
        """The build folder of colcon."""
        return self.root / "build"

    @property
    def install(self) -> Path:
        """The install folder of colcon, one prefix per package."""
        return self.root / "install"

    @property
    def site_packages(self) -> Path | None:
        """The environment's own site-packages, or None before it exists."""
        return next(iter(sorted(self.venv.glob("lib/python3.*/site-packages"))), None)
