"""Text files of motion capture and force plates: Motion Analysis ANC, Vicon Nexus CSV, OpenSim and Kistler BioWare."""

__all__: list[str] = []
