"""What a simulated sensor on a limb feels of the movement: its acceleration, gravity among it, and its rotation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgkit.simulate.specification import Imu

__all__ = ["G", "felt", "turned"]

Array = NDArray[np.float64]
G = 9.80665  # m/s², standard gravity


def felt(angle: Array, rise: Array, imu: Imu, *, mounting: Array) -> Array:
    """Compute what an accelerometer on a limb reads, without noise.

    Parameters
    ----------
    angle : ndarray, shape (n_samples,)
        Tilt of the limb to the vertical (rad).
    rise : ndarray, shape (n_samples,)
        Height of the joint that the limb turns about (m).
    imu : Imu
        The sensor; it lies `radius` from the joint.
    mounting : ndarray, shape (3, 3)
        How the axes of the sensor lie to those of the limb: a rotation.

    Returns
    -------
    ndarray, shape (3, n_samples)
        Acceleration (m/s²): gravity and that of the joint along the vertical, and what turning about the joint adds.
    """
    speed = np.gradient(angle) * imu.sfreq
    along = G + np.gradient(np.gradient(rise)) * imu.sfreq**2
    across = along * np.sin(angle) + imu.radius * np.gradient(speed) * imu.sfreq
    limb = np.array([across, along * np.cos(angle) - imu.radius * speed**2, np.zeros_like(angle)])
    return np.asarray(mounting @ limb)


def turned(angle: Array, imu: Imu, *, mounting: Array) -> Array:
    """Compute what a gyroscope on a limb reads (deg/s), without noise and offset, shape (3, n_samples)."""
    speed = np.degrees(np.gradient(angle) * imu.sfreq)
    return np.asarray(mounting @ np.array([np.zeros_like(speed), np.zeros_like(speed), speed]))
