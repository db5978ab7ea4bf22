"""Formats of neurophysiology that EMG is recorded in: BrainVision, GDF, Intan, Spike2 and WFDB."""

__all__: list[str] = []
