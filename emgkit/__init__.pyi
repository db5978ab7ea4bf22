from emgkit import errors as errors
from emgkit import events as events
from emgkit import figures as figures
from emgkit import io as io
from emgkit import literature as literature
from emgkit import replication as replication
from emgkit import report as report
from emgkit import signal as signal
from emgkit import simulate as simulate
from emgkit import spectrum as spectrum
from emgkit import stats as stats
from emgkit import steps as steps
from emgkit.channels import Channel as Channel
from emgkit.channels import Event as Event
from emgkit.curves import Curves as Curves
from emgkit.curves import time_normalize as time_normalize
from emgkit.errors import EmgkitError as EmgkitError
from emgkit.errors import EmgkitWarning as EmgkitWarning
from emgkit.errors import Notice as Notice
from emgkit.events import find_repetitions as find_repetitions
from emgkit.io import read as read
from emgkit.measures import measure as measure
from emgkit.measures import summarize as summarize
from emgkit.normalize import reference as reference
from emgkit.pipeline import Pipeline as Pipeline
from emgkit.quality import _CallableModule
from emgkit.recording import Recording as Recording
from emgkit.recording import Trial as Trial
from emgkit.steps import TKEO as TKEO
from emgkit.steps import Bandpass as Bandpass
from emgkit.steps import Edited as Edited
from emgkit.steps import Envelope as Envelope
from emgkit.steps import Highpass as Highpass
from emgkit.steps import Lowpass as Lowpass
from emgkit.steps import MovingMean as MovingMean
from emgkit.steps import MovingRMS as MovingRMS
from emgkit.steps import Normalize as Normalize
from emgkit.steps import Notch as Notch
from emgkit.steps import Rectify as Rectify
from emgkit.steps import RemoveMean as RemoveMean
from emgkit.steps import Resample as Resample
from emgkit.study import Study as Study

__version__: str

# the module itself, which can be called: ek.quality(recording)
quality: _CallableModule
