// The signal viewer: one plot a channel, all on one time axis. Plots are drawn by uPlot; this file does the rest.
// `changed` is called whenever another stretch is in sight, or the plots stand elsewhere.
"use strict";
function signalViewer(root, { recordings, colours: light, dark = null }, changed = () => {}) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const plots = part("plots");
  const hidden = { stages: new Set(), channels: new Set() };
  const shown = []; // one entry a row in sight: { plot, traces, readout }
  const LABEL = 18; // pixels for the unit beside an axis
  let recording = recordings[0];
  let view = [0, 1]; // seconds in sight
  let rate = 1; // points a second, thinned
  let every = 0; // samples a second, where the page holds all of them

  // --- light and dark -------------------------------------------------------------------------------------------

  const night = matchMedia("(prefers-color-scheme: dark)");
  const colours = { ...light };
  let ink = "#1c2530";
  let paper = "#ffffff";
  function dress() {
    const style = getComputedStyle(document.documentElement);
    Object.assign(colours, dark && night.matches ? dark : light);
    ink = style.getPropertyValue("--ink").trim() || ink;
    paper = style.getPropertyValue("--paper").trim() || paper;
    if (paper === "#fff") paper = "#ffffff";
    for (const entry of root.querySelectorAll("[data-band]")) {
      entry.querySelector(".mark").style.background = colours[entry.dataset.band];
    }
  }
  if (dark) night.addEventListener("change", () => (dress(), open(recordings.indexOf(recording), view)));

  // --- what is packed in the page -------------------------------------------------------------------------------

  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  function unpacked(trace) {
    const bytes = bytesOf(trace.values);
    const words = new DataView(bytes.buffer);
    const values = new Float64Array(bytes.length / 2);
    for (let i = 0; i < values.length; i++) values[i] = words.getInt16(2 * i, true) * trace.scale;
    return { values, start: trace.start, duration: trace.duration };
  }

  // a block holds the lower bytes of the differences d from sample to sample, then the upper ones: 2d, or -2d - 1
  const opened = new Map();
  function block(text, scale) {
    if (!opened.has(text)) {
      const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
      const read = new Response(stream).arrayBuffer().then((buffer) => {
        const bytes = new Uint8Array(buffer);
        const half = bytes.length / 2;
        let sum = 0;
        return Float64Array.from({ length: half }, (_, i) => {
          const coded = bytes[i] | (bytes[half + i] << 8);
          return (sum += (coded >> 1) ^ -(coded & 1)) * scale;
        });
      });
      opened.set(text, read);
    }
    return opened.get(text);
  }

  // all samples of a trace from one second to another, or what the page has of it
  async function samples(trace, from, to) {
    if (!trace.every) return unpacked(trace);
    const { size, length, scale, blocks } = trace.every;
    const rate = size / trace.duration;
    const first = Math.max(0, Math.floor(((from - trace.start) * rate) / length));
    const last = Math.min(blocks.length - 1, Math.floor(((to - trace.start) * rate) / length));
    const parts = await Promise.all(blocks.slice(first, last + 1).map((text) => block(text, scale)));
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (values.set(part, at), at + part.length), 0);
    return { values, start: trace.start + (first * length) / rate, duration: values.length / rate };
  }

  // all lines of a row on the times of its longest one; outside of what a line covers there is nothing
  function aligned(found) {
    const lines = found.map((one) => one.values);
    const longest = lines.reduce((best, line, i) => (line.length > lines[best].length ? i : best), 0);
    const { start, duration } = found[longest];
    const times = Float64Array.from(lines[longest], (_, i) => start + (i / lines[longest].length) * duration);
    const columns = lines.map((line, i) => {
      const own = found[i];
      if (line.length === times.length && own.start === start && own.duration === duration) return line;
      return Array.from(times, (time) => line[Math.floor(((time - own.start) / own.duration) * line.length)] ?? null);
    });
    return [times, ...columns];
  }

  // --- one row --------------------------------------------------------------------------------------------------

  const side = (trace) => (trace.stage === "envelope" ? "right" : "left");

  function limits(traces, columns, where) {
    let low = 0;
    let high = 0;
    traces.forEach((trace, i) => {
      if (side(trace) !== where) return;
      for (const value of columns[i + 1]) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    });
    return [low, high];
  }

  // zero stands at one height for both axes where a signal with two signs is in sight
  function range(traces, columns, where) {
    const [low, high] = limits(traces, columns, where);
    const signed = limits(traces, columns, "left")[0] < 0;
    const top = 1.12 * (Math.max(high, signed ? -low : 0) || 1);
    return signed ? [-top, top] : [1.12 * low, top];
  }

  // tints lie below the signals, the numbers of the repetitions above them
  function bands(plot, numbers, of) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    Object.assign(ctx, { fillStyle: ink, strokeStyle: `${paper}cc`, lineWidth: 3 * uPlot.pxRatio, lineJoin: "round" });
    Object.assign(ctx, { font: `${11 * uPlot.pxRatio}px system-ui, sans-serif`, textAlign: "center", textBaseline: "top" });
    for (const band of recording.bands) {
      if ((band.kind === "number") !== numbers || (band.of && of && band.of !== of)) continue;
      const left = plot.valToPos(band.from, "x", true);
      const right = plot.valToPos(band.to, "x", true);
      if (numbers) {
        const place = [(left + right) / 2, bbox.top + 2 * uPlot.pxRatio];
        ctx.strokeText(band.text, ...place);
        ctx.fillText(band.text, ...place);
      } else {
        ctx.fillStyle = colours[band.kind] || colours.whole;
        ctx.fillRect(left, bbox.top, Math.max(1, right - left - 1), bbox.height);
      }
    }
    ctx.restore();
  }

  const short = (value) => String(Number(value.toPrecision(3)));

  function tell(row) {
    const place = row.plot.cursor.idx;
    if (place == null) return void (row.readout.textContent = "");
    const said = row.traces
      .map((trace, i) => [trace, row.plot.data[i + 1][place]])
      .filter(([, value]) => value != null)
      .map(([trace, value]) => `${trace.stage} ${short(value)} ${trace.unit}`);
    row.readout.textContent = [`${row.plot.data[0][place].toFixed(view[1] - view[0] < 1 ? 4 : 2)} s`, ...said].join(" · ");
  }

  function axes(traces, size) {
    const axis = (where) => {
      const own = traces.filter((trace) => side(trace) === where);
      const upward = (_plot, splits) => splits.map((value) => (where === "right" && value < 0 ? null : value));
      return {
        show: own.length > 0,
        scale: where,
        side: where === "left" ? 3 : 1,
        size,
        label: own.length ? own[0].unit : "",
        labelSize: LABEL,
        labelGap: 0,
        stroke: where === "right" ? colours.envelope : ink,
        grid: { show: where === "left" || own.length === traces.length, stroke: `${ink}1a`, width: 1 },
        ticks: { size: 4, stroke: "#9aa5af", width: 1, filter: upward },
        space: 24,
        values: (_plot, splits) => splits.map((value) => (value == null ? "" : short(value).replace("-", "−"))),
        filter: upward,
      };
    };
    const time = {
      stroke: ink,
      size: 26,
      grid: { stroke: `${ink}1a`, width: 1 },
      ticks: { size: 4, stroke: "#9aa5af", width: 1 },
      values: (_plot, splits) => splits.map((second) => `${Number(second.toFixed(3))} s`),
    };
    return [time, axis("left"), axis("right")];
  }

  function row(spec) {
    const traces = spec.traces.filter((trace) => !hidden.stages.has(trace.stage));
    if (!traces.length || hidden.channels.has(spec.name)) return [];
    const element = document.createElement("div");
    element.className = "row";
    element.dataset.channel = spec.name;
    element.innerHTML = '<p class="name"><strong></strong> <span class="readout"></span></p><div role="img"></div>';
    element.querySelector("strong").textContent = spec.heading;
    element.lastChild.setAttribute("aria-label", `${spec.heading}: ${traces.map((trace) => trace.stage).join(", ")}`);
    plots.append(element);

    const columns = aligned(traces.map(unpacked));
    const narrow = plots.clientWidth < 500;
    const size = narrow ? 40 : 52;
    const left = range(traces, columns, "left");
    const right = range(traces, columns, "right");
    // rows without an axis leave its room free, so that seconds stand below one another
    const spare = (where) => (traces.some((trace) => side(trace) === where) ? 0 : size + LABEL);
    const made = { traces, whole: columns, held: null, readout: element.querySelector(".readout") };
    made.plot = new uPlot(
      {
        width: plots.clientWidth,
        height: traces[0].stage === "movement" ? 120 : narrow ? 160 : 190,
        padding: [6, 6 + spare("right"), 0, spare("left")],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          // the other plots follow the cursor; a stretch is chosen in one of them
          sync: { key: "viewer", setSeries: false, filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
          drag: { x: true, y: false, setScale: false, dist: 5 },
        },
        scales: { x: { time: false, range: () => view }, left: { range: () => left }, right: { range: () => right } },
        axes: axes(traces, size),
        series: [{}, ...traces.map(line)],
        hooks: {
          drawClear: [(plot) => bands(plot, false, spec.of)],
          draw: [(plot) => bands(plot, true, spec.of)],
          setCursor: [() => made.plot && tell(made)],
          setSelect: [select],
        },
      },
      columns,
      element.lastChild,
    );
    return [made];
  }

  function line(trace) {
    const bold = trace.stage === "envelope" || trace.stage === "movement";
    return { scale: side(trace), stroke: colours[trace.stage], width: bold ? 1.8 : 1, points: { show: false } };
  }

  // --- all rows -------------------------------------------------------------------------------------------------

  function zoom(from, to) {
    const [first, last] = [recording.start, recording.start + recording.duration];
    const length = Math.min(Math.max(to - from, 20 / (every || rate)), recording.duration);
    const start = Math.min(Math.max(from, first), last - length);
    view = [start, start + length];
    for (const one of shown) {
      one.plot.setScale("x", { min: view[0], max: view[1] });
      closer(one);
    }
    root.dataset.from = view[0].toFixed(3);
    root.dataset.to = view[1].toFixed(3);
    const digits = length < 1 ? 3 : 2;
    const seconds = `${view[0].toFixed(digits)} to ${view[1].toFixed(digits)} s of ${recording.duration.toFixed(1)} s`;
    part("stretch").textContent = [seconds, detail()].filter(Boolean).join(" · ");
    changed();
  }

  // fewer thinned points than the plot has pixels
  const near = () => (view[1] - view[0]) * rate < plots.clientWidth;

  function detail() {
    if (!recording.rows.some((row) => row.traces.some((trace) => trace.every)) && !recording.thinned) return "";
    if (near() && every) return "every sample";
    const bucket = `least and greatest value of every ${short(2000 / rate)} ms`;
    return near() ? `${bucket}; the samples between them are not on this page` : bucket;
  }

  // draw all samples of a short stretch, and of a long one those that were thinned
  async function closer(one) {
    const [from, to] = view;
    if (!near() || !one.traces.some((trace) => trace.every)) {
      if (one.held) one.plot.setData(one.whole, false), one.plot.setScale("x", { min: from, max: to });
      one.held = null;
      return;
    }
    if (one.held && one.held[0] <= from && to <= one.held[1]) return;
    const around = [from - (to - from), to + (to - from)];
    const found = await Promise.all(one.traces.map((trace) => samples(trace, ...around)));
    if (!shown.includes(one) || view[0] !== from || view[1] !== to) return;
    one.held = around;
    one.plot.setData(aligned(found), false);
    one.plot.setScale("x", { min: from, max: to });
    root.dataset.samples = one.plot.data[0].length;
  }

  function select(plot) {
    const { left, width } = plot.select;
    if (width < 5) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    zoom(from, to);
  }

  const moves = {
    in: () => around(0.5),
    out: () => around(2),
    left: () => along(-0.25),
    right: () => along(0.25),
    all: () => zoom(recording.start, recording.start + recording.duration),
  };

  function around(factor) {
    const [middle, half] = [(view[0] + view[1]) / 2, ((view[1] - view[0]) / 2) * factor];
    zoom(middle - half, middle + half);
  }

  function along(share) {
    const step = (view[1] - view[0]) * share;
    zoom(view[0] + step, view[1] + step);
  }

  function choices(name, values, chosen) {
    const list = part(name);
    list.replaceChildren(
      ...values.map((value) => {
        const label = document.createElement("label");
        const box = document.createElement("input");
        const mark = document.createElement("span");
        box.type = "checkbox";
        box.value = value;
        box.checked = !chosen.has(value);
        box.addEventListener("change", () => {
          if (box.checked) chosen.delete(value);
          else chosen.add(value);
          draw();
        });
        mark.className = "mark";
        mark.style.background = colours[value] || "transparent";
        label.append(box, ...(colours[value] ? [mark] : []), ` ${value}`);
        return label;
      }),
    );
  }

  function draw() {
    shown.splice(0).forEach((one) => one.plot.destroy());
    plots.replaceChildren();
    shown.push(...recording.rows.flatMap(row));
    if (!shown.length) plots.textContent = "Nothing is chosen.";
    zoom(...view);
  }

  function open(place, stretch = null) {
    recording = recordings[place];
    const first = recording.rows[0].traces;
    rate = Math.max(...first.map((trace) => (trace.values.length * 3) / 8 / trace.duration));
    every = Math.max(...first.map((trace) => (trace.every ? trace.every.size / trace.duration : 0)));
    view = stretch ?? [recording.start, recording.start + recording.duration];
    const stages = new Set(recording.rows.flatMap((each) => each.traces.map((trace) => trace.stage)));
    choices("stages", Object.keys(colours).filter((name) => stages.has(name)), hidden.stages);
    for (const each of recording.rows) if (each.hidden) hidden.channels.add(each.name);
    choices("channels", recording.rows.map((each) => each.name), hidden.channels);
    const kinds = new Set(recording.bands.map((band) => band.kind));
    for (const entry of root.querySelectorAll("[data-band]")) entry.hidden = !kinds.has(entry.dataset.band);
    draw();
  }

  // --- the reader -----------------------------------------------------------------------------------------------

  // Shift and an arrow move the line that is read out, by a sample or two pixels
  function read(way) {
    const { plot } = shown[0] ?? {};
    if (!plot) return;
    const times = plot.data[0];
    const pixels = plot.over.clientWidth / (view[1] - view[0]);
    const step = Math.max(1, Math.round(2 / pixels / (times[1] - times[0])));
    const seen = plot.cursor.left >= 0 ? plot.cursor.idx : plot.valToIdx((view[0] + view[1]) / 2);
    const time = times[Math.min(Math.max(seen + way * step, 0), times.length - 1)];
    plot.setCursor({ left: plot.valToPos(Math.min(Math.max(time, view[0]), view[1]), "x"), top: 10 }, true, true);
  }

  const keys = { "+": "in", "=": "in", "-": "out", "−": "out", ArrowLeft: "left", ArrowRight: "right", 0: "all" };
  plots.addEventListener("keydown", (event) => {
    const move = keys[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey && event.key.startsWith("Arrow")) read(event.key === "ArrowLeft" ? -1 : 1);
    else moves[move]();
  });
  for (const button of root.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => moves[button.dataset.move]());
  }
  plots.addEventListener("dblclick", () => moves.all());

  // a finger that goes sideways moves along the signal
  let touched = null;
  plots.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") touched = { x: event.clientX, view: [...view] };
  });
  plots.addEventListener("pointermove", (event) => {
    if (!touched || event.pointerType !== "touch") return;
    const seconds = ((touched.x - event.clientX) / plots.clientWidth) * (touched.view[1] - touched.view[0]);
    zoom(touched.view[0] + seconds, touched.view[1] + seconds);
  });
  for (const end of ["pointerup", "pointercancel"]) plots.addEventListener(end, () => (touched = null));

  part("recording")?.addEventListener("change", (event) => open(Number(event.target.value)));
  let width = plots.clientWidth;
  new ResizeObserver(() => {
    if (plots.clientWidth === width || !plots.clientWidth) return;
    width = plots.clientWidth;
    for (const one of shown) one.plot.setSize({ width, height: one.plot.height });
    changed();
  }).observe(plots);

  document.getElementById("viewer-off").hidden = true;
  root.hidden = false;
  dress();
  return {
    open,
    zoom,
    moves,
    get view() {
      return view;
    },
    // where the time axis stands, in pixels of the window; nothing where no plot is in sight
    get area() {
      return shown.length ? shown[0].plot.over.getBoundingClientRect() : null;
    },
  };
}
