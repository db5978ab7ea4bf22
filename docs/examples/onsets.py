"""
When a muscle becomes active, by six methods
============================================

Learn how far the answer depends on the method: each row of bars holds the bursts that one method found in the signal
below. Pale bars have edges at which the amplitude changes little.
"""

import numpy as np

import emgkit as ek

# simulated: three bursts, 6 to 14 dB above the noise of the amplifier
rng = np.random.default_rng(3)
times = np.arange(0, 8, 1 / 2000)
level = sum(
    height * np.clip((times - on) / 0.05, 0, 1) * np.clip((on + 1.2 - times) / 0.05, 0, 1)
    for on, height in ((1.0, 10.0), (3.5, 4.0), (6.0, 6.0))
)
signal = level * ek.spectrum.shaped_noise(times.size, sfreq=2000, rng=rng)[0] + 2 * rng.normal(size=times.size)
vastus = ek.Channel(name="VL", unit="V", kind="EMG", muscle="vastus_lateralis")
emg = ek.Recording(data=[1e-6 * signal], sfreq=2000.0, channels=(vastus,))
found = [ek.find_onsets(emg, method=method) for method in ek.events.onsets.METHODS]
figure = ek.figures.onsets(emg, found, channel="VL", simulated=True)
