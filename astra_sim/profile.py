"""The sensor profile: every noise level of the simulator, from one hashed YAML file.

The numbers live in ``astra_sim/profiles/*.yaml`` and nowhere else, so no field has a default.
Every published table prints the hash; changing a level means running every table again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from astra_core.config import load_yaml, setting, to_mapping
from astra_core.errors import ConfigError

__all__ = [
    "CameraProfile",
    "DepthProfile",
    "ImuProfile",
    "SensorProfile",
    "SignProfile",
    "WheelProfile",
    "load_profile",
]

_FOLDER = Path(__file__).parent / "profiles"


def _required(description: str, minimum: float = 0.0, maximum: float | None = None) -> Any:
    return setting(dataclasses.MISSING, description, minimum=minimum, maximum=maximum)


@dataclasses.dataclass(frozen=True)
class ImuProfile:
    """Noise of the inertial unit, per axis; densities as data sheets give them."""

    gyro_noise_rad_s_sqrt_hz: float = _required("gyro white noise density")
    gyro_bias_rad_s: float = _required("standard deviation of the gyro bias at switch-on")
    gyro_bias_walk_rad_s2_sqrt_hz: float = _required("random walk of the gyro bias")
    accel_noise_m_s2_sqrt_hz: float = _required("accelerometer white noise density")
    accel_bias_m_s2: float = _required("standard deviation of the accelerometer bias")
    accel_bias_walk_m_s3_sqrt_hz: float = _required("random walk of the accelerometer bias")


@dataclasses.dataclass(frozen=True)
class WheelProfile:
    """Encoders and slip of a differential drive."""

    radius_m: float = _required("nominal wheel radius", 0.01, 1.0)
    track_m: float = _required("nominal distance between the wheels", 0.05, 2.0)
    counts_per_turn: float = _required("encoder counts per turn of the wheel", 1.0)
    common_scale_std: float = _required("relative error of both wheel radii together", 0.0, 0.2)
    mismatch_std: float = _required("relative difference of the two wheel radii", 0.0, 0.2)
    track_scale_std: float = _required("relative error of the effective track", 0.0, 0.2)
    slip_std: float = _required("standard deviation of the slip ratio of one wheel", 0.0, 0.2)
    slip_length_m: float = _required("distance over which a wheel's slip stays alike", 0.01)


@dataclasses.dataclass(frozen=True)
class CameraProfile:
    """Noise and light response of the colour cameras, grey levels of 0 to 255."""

    saturation_snr_db: float = _required("signal-to-noise ratio at full scale, unit gain", 10.0)
    dynamic_range_db: float = _required("full scale over read noise, unit gain", 20.0)
    analog_gain: float = _required("sensor gain used indoors", 1.0, 32.0)
    binned_pixels: float = _required("sensor pixels averaged into one image pixel", 1.0)
    exposure_std: float = _required("relative standard deviation of the exposure", 0.0, 0.5)
    exposure_time_constant_s: float = _required("how long an exposure error lasts", 0.01)
    white_balance_std: float = _required("relative standard deviation per colour", 0.0, 0.5)
    white_balance_time_constant_s: float = _required("how long a colour cast lasts", 0.01)
    drop_out_probability: float = _required("share of images that never arrive", 0.0, 1.0)
    latency_s: float = _required("time from the exposure to the delivery of an image", 0.0, 1.0)


@dataclasses.dataclass(frozen=True)
class DepthProfile:
    """Errors of a stereo depth camera; 0 means unknown."""

    minimum_m: float = _required("nearest range measured", 0.01)
    maximum_m: float = _required("farthest range measured", 0.1)
    noise_per_m: float = _required("k of the stereo law sigma = k z^2, 1/m")
    grain_px: int = _required("pixels over which errors are alike", 1, 32)
    scale_std: float = _required("relative calibration error, constant per camera", 0.0, 0.2)
    drop_out_probability: float = _required("share of pixels without a match", 0.0, 1.0)
    edge_drop_out_probability: float = _required("the same where the depth jumps", 0.0, 1.0)
    edge_jump: float = _required("relative jump to a neighbour that counts as an edge", 0.001)


@dataclasses.dataclass(frozen=True)
class SignProfile:
    """Sizes and density of the signs of public and industrial buildings (homes have their own)."""

    room_letter_m: float = _required("letter height on the sign beside an office door", 0.01, 0.5)
    overhead_letter_m: float = _required("letter height on signs that hang over a way", 0.01, 0.5)
    aisle_letter_m: float = _required("letter height on the signs at the ends of an aisle", 0.02)
    bay_letter_m: float = _required("letter height on the label of a rack bay", 0.01, 0.5)
    bays_per_label: int = _required("rack bays for each label", 1, 10)
    dock_letter_m: float = _required("letter height of the number over a dock door", 0.02, 1.0)


@dataclasses.dataclass(frozen=True)
class SensorProfile:
    """All noise levels of one simulated robot, and the signs of the buildings it drives in."""

    imu: ImuProfile
    wheels: WheelProfile
    camera: CameraProfile
    depth: DepthProfile
    signs: SignProfile

    @property
    def sha256(self) -> str:
        """Return the first 12 hex digits of the hash of all values (comments do not count)."""
        text = json.dumps(to_mapping(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def quiet(self) -> SensorProfile:
        """Return a copy without noise, bias, slip or drop-out, for tests and demonstrations."""

        def silence(part: Any) -> Any:
            kept = (
                *("radius_m", "track_m", "counts_per_turn", "minimum_m", "maximum_m"),
                *("edge_jump", "grain_px", "analog_gain", "binned_pixels"),
            )
            scales = ("_constant_s", "_length_m", "_db")
            zeros = {
                field.name: 0.0
                for field in dataclasses.fields(part)
                if field.name not in kept and not field.name.endswith(scales)
            }
            return dataclasses.replace(part, **zeros)

        camera = dataclasses.replace(
            silence(self.camera), saturation_snr_db=300.0, dynamic_range_db=300.0
        )
        return dataclasses.replace(
            self,
            imu=silence(self.imu),
            wheels=silence(self.wheels),
            camera=camera,
            depth=silence(self.depth),
        )


def load_profile(source: str | Path = "default") -> SensorProfile:
    """Read a profile.

    Args:
        source: Name of a file in ``astra_sim/profiles`` without ``.yaml``, or a path.

    Raises:
        ConfigError: The file is missing, incomplete, or a value is unknown or out of range.
    """
    path = Path(source)
    if path.suffix not in (".yaml", ".yml"):
        path = _FOLDER / f"{source}.yaml"
    try:
        return load_yaml(SensorProfile, path)
    except TypeError as error:
        # A field without a default that the file does not name.
        raise ConfigError(f"{path} is incomplete: {error}") from error
