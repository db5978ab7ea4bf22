// The viewer of a report shows its first recording.
"use strict";
signalViewer(document.getElementById("viewer"), JSON.parse(document.getElementById("signals-data").textContent)).open(0);
