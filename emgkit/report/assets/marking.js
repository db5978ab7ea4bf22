// The page of marks: what is drawn over the signals, the mouse, the keys, what the browser keeps, and the files.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("signals-data").textContent);
  const { recordings, columns } = data;
  const desk = document.getElementById("marking");
  const root = document.getElementById("viewer");
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const [plots, layer, form] = [part("plots"), part("layer"), part("form")];
  const EDGES = ["start", "turn", "end", "whole"];
  const kept = marksKept(recordings);

  // --- what is known: the lists of all recordings; every change is one value more in the history -------------------

  const begun = recordings.map((each) =>
    each.found.map((one, i) => ({ ...one, set: text(one.set), id: i + 1, by: "", at: "", origin: "detected" })),
  );
  let lists = begun;
  let unsaved = new Set(); // places of recordings whose marks stand in no table yet
  const past = [];
  const future = [];
  let place = 0; // of the recording in sight
  let chosen = null; // { id, edge }
  let pointer = null; // second below the mouse

  function text(value) {
    return value == null || value === "" ? null : String(value);
  }

  const list = () => lists[place];
  const bounds = () => [recordings[place].start, recordings[place].start + recordings[place].duration];
  const side = () => part("side").value || null; // of new repetitions
  const own = () => list().filter((one) => marks.meet(one, { side: side() }));
  const mark = () => list().find((one) => one.id === chosen?.id);
  const who = () => ({ by: part("by").value.trim(), at: `${new Date().toISOString().slice(0, 19)}Z` });

  function become(changed, { words = "", forget = false } = {}) {
    if (changed === lists) return false;
    if (!forget) {
      past.push(lists);
      future.length = 0;
    }
    lists.forEach((one, i) => one !== changed[i] && unsaved.add(i));
    part("problems").replaceChildren();
    const touched = changed.flatMap((one, i) => (one === lists[i] ? [] : [i]));
    lists = changed;
    touched.forEach(keep);
    show();
    if (words) say(words);
    return true;
  }

  const change = (one, words) => one !== list() && become(lists.map((each, i) => (i === place ? one : each)), { words });

  function step(from, to, words) {
    if (!from.length) return say(`There is nothing to ${words}.`);
    const before = lists;
    to.push(lists);
    const changed = from.pop();
    become(changed, { forget: true });
    const other = changed.findIndex((one, i) => one !== before[i]);
    if (other >= 0 && other !== place) open(other);
    if (!mark()) choose(null);
    say(words === "undo" ? "Undone." : "Done again.");
  }

  // --- what the browser keeps --------------------------------------------------------------------------------------

  const keep = (i) => kept.write(i, { list: lists[i], unsaved: unsaved.has(i) });

  function recall(which) {
    const values = new Map(which.map((i) => [i, kept.read(i)]).filter(([, value]) => value));
    if (!values.size) return;
    lists = lists.map((one, i) => values.get(i)?.list ?? one);
    values.forEach((value, i) => (value.unsaved ? unsaved.add(i) : unsaved.delete(i)));
    return values;
  }

  // the same page in another tab
  window.addEventListener("storage", (event) => {
    const i = kept.place(event.key);
    if (i < 0 || !recall([i])) return;
    show();
    say("Another window changed the marks; they are shown.");
  });
  window.addEventListener("beforeunload", (event) => {
    if (!kept.works && unsaved.size) event.preventDefault();
  });

  // --- what is shown -----------------------------------------------------------------------------------------------

  const say = (words) => void (part("message").textContent = words);
  // the buttons of the files stand far from the message on a narrow page
  function tell(words) {
    say(words);
    part("message").scrollIntoView({ block: "nearest" });
  }
  const left = (i) => lists[i].filter((one) => !one.accepted).length;

  function summary(i) {
    if (!lists[i].length) return "nothing marked";
    return `${lists[i].length} marked${left(i) ? `, ${left(i)} rejected` : ""}${unsaved.has(i) ? ", not saved" : ""}`;
  }

  function show() {
    const numbered = marks.numbered(list());
    position(numbered);
    part("rows").replaceChildren(...numbered.map(rowOf));
    fill(numbered);
    document.querySelectorAll("[data-place]").forEach((button) => {
      button.querySelector("small").textContent = summary(Number(button.dataset.place));
      button.setAttribute("aria-current", String(Number(button.dataset.place) === place));
    });
    const [undo, redo] = [document.querySelector('[data-act="undo"]'), document.querySelector('[data-act="redo"]')];
    [undo.disabled, redo.disabled] = [!past.length, !future.length];
    const nothing = lists.every((one, i) => one === begun[i]);
    part("state").textContent = !unsaved.size
      ? nothing ? "Nothing is changed yet." : "Every change is in a saved table."
      : `Not in a table yet: changes of ${unsaved.size} of ${recordings.length} recordings. ` +
        (kept.works ? "This browser keeps them." : "This browser keeps nothing: save before you close the page.");
  }

  // the marks lie over the plots; elements stay the same, so that the focus stays where it is
  function position(numbered) {
    const area = viewer?.area;
    if (!area) return layer.replaceChildren();
    const origin = layer.getBoundingClientRect().left;
    const [from, to] = viewer.view;
    const x = (time) => area.left - origin + Math.min(Math.max((time - from) / (to - from), 0), 1) * area.width;
    const there = new Map([...layer.children].map((element) => [Number(element.dataset.id), element]));
    numbered.forEach((one, i) => {
      const element = there.get(one.id) ?? markElement(one.id);
      there.delete(one.id);
      const edge = chosen?.id === one.id ? chosen.edge : "";
      element.className = `marked${one.accepted ? "" : " rejected"}${edge ? " chosen" : ""}`;
      element.classList.toggle("other", !marks.meet(one, { side: side() }));
      element.dataset.edge = edge;
      element.hidden = one.end < from || one.start > to;
      element.style.left = `${x(one.start)}px`;
      element.style.width = `${Math.max(2, x(one.end) - x(one.start))}px`;
      element.setAttribute("aria-label", `${marksShown.spoken(one)}${edge ? `; ${edge} is selected` : ""}`);
      element.querySelector("b").textContent = `${(one.side ?? "").slice(0, 1).toUpperCase()}${one.repetition}${one.accepted ? "" : " ×"}`;
      const turn = element.querySelector("i");
      turn.hidden = one.turn == null || one.turn < from || one.turn > to;
      if (!turn.hidden) turn.style.left = `${x(one.turn) - x(one.start)}px`;
      if (layer.children[i] !== element) layer.insertBefore(element, layer.children[i] ?? null);
    });
    there.forEach((element) => element.remove());
  }

  function markElement(id) {
    const element = document.createElement("div");
    element.dataset.id = id;
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.append(document.createElement("b"), document.createElement("i"));
    element.addEventListener("focus", () => chosen?.id !== id && choose({ id, edge: "start" }, { reveal: true }));
    return element;
  }

  function rowOf(one) {
    const heads = [...part("heads").children].map((head) => head.textContent);
    const row = marksShown.row(one, heads);
    row.classList.toggle("chosen", chosen?.id === one.id);
    row.addEventListener("click", () => choose({ id: one.id, edge: "start" }, { reveal: true, focus: true }));
    return row;
  }

  function fill(numbered) {
    const one = numbered.find((each) => each.id === chosen?.id);
    form.disabled = !one;
    part("which").textContent = one
      ? `Repetition ${one.repetition}: ${chosen.edge === "whole" ? "the whole of it" : `its ${chosen.edge}`} is selected`
      : "No repetition is selected";
    for (const field of form.querySelectorAll("input, select")) {
      const value = one?.[field.name];
      const written = value == null ? "" : typeof value === "number" ? String(value) : value;
      if (document.activeElement !== field) field.value = written;
    }
  }

  function choose(choice, { reveal = false, focus = false } = {}) {
    // what is being written belongs to the repetition that was selected until now
    if (form.contains(document.activeElement) && choice?.id !== chosen?.id) document.activeElement.blur();
    chosen = choice;
    const one = mark();
    if (one && reveal && viewer) {
      const [from, to] = viewer.view;
      if (one.start < from || one.end > to) {
        const half = Math.max(to - from, 1.5 * (one.end - one.start)) / 2;
        viewer.zoom((one.start + one.end) / 2 - half, (one.start + one.end) / 2 + half);
      }
    }
    show();
    if (one && focus) layer.querySelector(`[data-id="${one.id}"]`)?.focus({ preventScroll: true });
  }

  // --- what can be done; each has a button and a key ---------------------------------------------------------------

  const selected = (does) => () => {
    const one = mark();
    return one ? does(one) : say("Select a repetition first: Tab goes from one to the next.");
  };
  const below = (one) => (pointer != null && pointer > one.start && pointer < one.end ? pointer : null);
  const middle = (one) => below(one) ?? (one.start + one.end) / 2;

  const acts = {
    new() {
      const free = pointer != null && !marks.at(own(), pointer);
      const there = free ? marks.free(list(), bounds(), pointer, pointer, { side: side() }) : null;
      const length = (viewer.view[1] - viewer.view[0]) / 10;
      const where = there ? [pointer, Math.min(pointer + length, there[1])] : marks.gap(own(), bounds(), viewer.view);
      if (!where) return say("There is no room for another repetition in sight.");
      const [made, id] = marks.insert(list(), bounds(), where, who(), side());
      if (!id) return say("There is no room for another repetition here.");
      chosen = { id, edge: "start" };
      change(made, "A new repetition. Its start is selected: the arrows move it.");
      choose(chosen, { focus: true });
    },
    split: selected((one) => {
      const made = marks.split(list(), one.id, middle(one), who());
      if (made === list()) return say("The repetition is too short to be split.");
      chosen = { id: marks.next(list()), edge: "start" };
      change(made, "Split in two.");
      choose(chosen, { focus: true });
    }),
    merge: selected((one) => {
      if (!change(marks.merge(list(), one.id, who()), "Merged with the next one.")) say("There is no repetition after this one.");
    }),
    turn: selected((one) => {
      if (one.turn == null || below(one)) change(marks.move(list(), bounds(), one.id, "turn", middle(one), who()), "The turn point is set.");
      choose({ id: one.id, edge: "turn" }, { focus: true });
    }),
    accept: selected((one) => change(marks.accept(list(), one.id, who()), "Accepted.")),
    reject: selected(() => {
      const field = form.querySelector('[name="reason"]');
      field.focus();
      field.select();
      say("Write the reason, then press Enter; Escape leaves the repetition as it was.");
    }),
    delete: selected((one) => {
      if (chosen.edge === "turn" && one.turn != null) {
        chosen.edge = "start";
        return change(marks.replaced(list(), one.id, { turn: null }, who()), "The turn point is removed.");
      }
      const i = list().indexOf(one);
      change(marks.remove(list(), one.id), "Deleted; Ctrl+Z brings it back.");
      const near = list()[Math.min(i, list().length - 1)];
      choose(near ? { id: near.id, edge: "start" } : null, { focus: true });
      if (!near) plots.focus();
    }),
    undo: () => step(past, future, "undo"),
    redo: () => step(future, past, "redo"),
  };

  function nudge(one, seconds) {
    const edge = chosen.edge;
    change(marks.move(list(), bounds(), one.id, edge, (edge === "whole" ? one.start : one[edge]) + seconds, who()));
    const now = mark();
    say(`${edge}: ${marksShown.seconds(edge === "whole" ? now.start : now[edge])}`);
  }

  function otherEdge(one, way) {
    const edges = EDGES.filter((edge) => edge !== "turn" || one.turn != null);
    choose({ id: one.id, edge: edges[(edges.indexOf(chosen.edge) + way + edges.length) % edges.length] }, { focus: true });
    say(`Selected: ${chosen.edge}.`);
  }

  const letters = { n: "new", s: "split", m: "merge", t: "turn", a: "accept", r: "reject", Delete: "delete", Backspace: "delete" };
  const moves = { "+": "in", "=": "in", "-": "out", 0: "all", PageUp: "left", PageDown: "right" };

  // keys work wherever nothing is written
  function key(event) {
    const field = event.target.closest?.("input, textarea, select");
    if (field || !(event.target === document.body || desk.contains(event.target))) return false;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      if (name === "z") return acts[event.shiftKey ? "redo" : "undo"](), true;
      return name === "y" && (acts.redo(), true);
    }
    if (event.altKey) return false;
    if (letters[name]) return acts[letters[name]](), true;
    if (moves[name]) return viewer.moves[moves[name]](), true;
    if (name === "Escape" && drag) return drop(), true;
    const one = mark();
    if (!one) return false;
    if (name === "ArrowLeft" || name === "ArrowRight") {
      nudge(one, (name === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? 0.1 : 0.01));
      return true;
    }
    if (name === "ArrowUp" || name === "ArrowDown") return otherEdge(one, name === "ArrowUp" ? -1 : 1), true;
    if (name === "Escape") return choose(null), plots.focus(), true;
    return false;
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (!key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());

  // --- the fields of the selected repetition -----------------------------------------------------------------------

  form.addEventListener("change", (event) => enter(event.target));
  form.addEventListener("keydown", (event) => {
    const one = mark();
    if (event.key === "Escape") event.target.value = one?.[event.target.name] ?? "";
    else if (event.key !== "Enter") return;
    else enter(event.target);
    event.preventDefault();
    if (one) choose(chosen, { focus: true });
  });

  function enter(field) {
    const one = mark();
    const value = field.value.trim();
    if (!one || value === String(one[field.name] ?? "")) return;
    if (field.name === "set") return change(marks.replaced(list(), one.id, { set: text(value) }, who()), "The set is kept.");
    if (field.name === "side") {
      const made = marks.sided(list(), one.id, text(value), who());
      if (made === list()) return refuse(field, one, `It overlaps a repetition of ${value ? `the ${value}` : "one"} side.`);
      return change(made, "The side is kept.");
    }
    if (field.name === "reason") {
      if (!value && !one.accepted) return refuse(field, one, "A rejection needs a reason; A accepts the repetition again.");
      if (!value) return;
      return change(marks.replaced(list(), one.id, { accepted: false, reason: value }, who()), "Rejected.");
    }
    if (field.name === "turn" && !value) return change(marks.replaced(list(), one.id, { turn: null }, who()), "The turn point is removed.");
    const time = Number(value.replace(",", "."));
    if (!value || !Number.isFinite(time)) return refuse(field, one, `“${value}” is not a number of seconds.`);
    const made = marks.move(list(), bounds(), one.id, field.name, time, who());
    const now = made.find((each) => each.id === one.id)[field.name];
    if (now !== marks.round(time)) {
      return refuse(field, one, `${field.name} ${time} s does not fit: the nearest that does is ${now} s.`);
    }
    change(made, `${field.name}: ${marksShown.seconds(now)}`);
  }

  function refuse(field, one, words) {
    field.value = one[field.name] ?? "";
    say(words);
  }

  // --- the mouse, a pen or a finger --------------------------------------------------------------------------------

  let drag = null; // { from, id, edge, before, x }
  const marking = () => part("mode").value === "mark";

  function timeOf(event) {
    const area = viewer.area;
    if (!area || event.clientX < area.left - 12 || event.clientX > area.right + 12) return null;
    const [from, to] = viewer.view;
    return Math.min(Math.max(from + ((event.clientX - area.left) / area.width) * (to - from), from), to);
  }

  // the edge below the mouse, within some pixels
  function edgeAt(event) {
    const near = ((event.pointerType === "touch" ? 18 : 7) / viewer.area.width) * (viewer.view[1] - viewer.view[0]);
    return marks.edgeNear(own(), timeOf(event), near, chosen?.id);
  }

  function press(event) {
    if (!marking() || !event.target.closest(".u-over") || event.button !== 0) return;
    const time = timeOf(event);
    if (time == null) return;
    event.stopPropagation();
    event.preventDefault();
    plots.setPointerCapture(event.pointerId);
    const edge = edgeAt(event);
    const inside = marks.at(own(), time);
    const hold = edge ?? (inside ? { id: inside.id, edge: "whole", grip: time - inside.start } : {});
    if (hold.id) choose({ id: hold.id, edge: edge ? edge.edge : "start" }, { focus: true });
    else plots.focus({ preventScroll: true });
    // what was being written in a field is among the lists now
    drag = { ...hold, from: time, x: event.clientX, before: lists, moved: false };
  }

  function pull(event) {
    pointer = timeOf(event);
    if (!drag) {
      plots.dataset.over = marking() && pointer != null && edgeAt(event) ? "edge" : "";
      return;
    }
    event.stopPropagation();
    if (pointer == null || (!drag.moved && Math.abs(event.clientX - drag.x) < 4)) return;
    drag.moved = true;
    const before = drag.before[place];
    let made = before;
    if (drag.id) made = marks.move(before, bounds(), drag.id, drag.edge, pointer - (drag.grip ?? 0), who());
    else [made, drag.made] = marks.insert(before, bounds(), [drag.from, pointer], who(), side());
    chosen = drag.id ? { id: drag.id, edge: drag.edge } : drag.made ? { id: drag.made, edge: "end" } : chosen;
    lists = lists.map((one, i) => (i === place ? made : one));
    position(marks.numbered(made));
    fill(marks.numbered(made));
  }

  // one drag is one step of the history
  function release() {
    if (!drag) return;
    const { before, moved, id } = drag;
    const made = lists;
    lists = before;
    drag = null;
    if (!moved) return void (!id && choose(null));
    become(made[place] === before[place] ? before : made);
    choose(chosen, { focus: true });
    const one = mark();
    if (one) say(`${marksShown.seconds(one.start)} to ${marksShown.seconds(one.end)}`);
  }

  function drop() {
    lists = drag.before;
    drag = null;
    show();
  }

  plots.addEventListener("pointerdown", press, true);
  plots.addEventListener("pointermove", pull, true);
  plots.addEventListener("pointerup", release, true);
  plots.addEventListener("pointercancel", () => drag && drop(), true);
  plots.addEventListener("pointerleave", () => (pointer = null));
  // uPlot would choose a stretch to zoom in
  for (const type of ["mousedown", "dblclick"]) {
    plots.addEventListener(type, (event) => marking() && event.target.closest(".u-over") && event.stopPropagation(), true);
  }

  // --- files -------------------------------------------------------------------------------------------------------

  part("save").addEventListener("click", () => {
    const name = part("by").value.trim();
    if (!name) {
      part("by").focus();
      return say("Write your name or initials first: the table says who marked.");
    }
    // what was marked before the name was written
    const named = lists.map((each) => {
      return each.some((one) => one.at && !one.by) ? each.map((one) => (one.at && !one.by ? { ...one, by: name } : one)) : each;
    });
    lists = named;
    const address = URL.createObjectURL(new Blob([marksTable.write(columns, recordings, lists)], { type: "text/csv" }));
    const link = document.createElement("a");
    Object.assign(link, { href: address, download: "reps.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    unsaved = new Set();
    recordings.forEach((_, i) => lists[i] !== begun[i] && keep(i));
    show();
    const rows = lists.reduce((sum, each) => sum + each.length, 0);
    tell(`reps.csv is downloaded: ${rows} ${rows === 1 ? "repetition" : "repetitions"}.`);
  });

  part("load").addEventListener("click", () => part("file").click());
  part("file").addEventListener("change", async () => {
    const [file] = part("file").files;
    if (!file) return;
    const read = marksTable.read(await file.text(), recordings);
    part("file").value = "";
    const problems = read.problems ?? [];
    part("problems").replaceChildren(
      ...problems.slice(0, 12).map((words) => Object.assign(document.createElement("li"), { textContent: words })),
    );
    if (problems.length) {
      const more = problems.length > 12 ? `, the first 12 of them below` : "";
      return tell(`${file.name} was not loaded. ${problems.length === 1 ? "A row is" : `${problems.length} rows are`} wrong${more}:`);
    }
    choose(null);
    become(lists.map((one, i) => read.lists.get(i) ?? one));
    // what was read stands in a table already
    for (const i of read.lists.keys()) {
      unsaved.delete(i);
      keep(i);
    }
    const first = [...read.lists.keys()][0];
    if (first != null && !read.lists.has(place)) open(first);
    show();
    const count = [...read.lists.values()].reduce((sum, each) => sum + each.length, 0);
    const ignored = read.ignored.length ? ` Not kept: the column ${read.ignored.join(", ")}.` : "";
    tell(`${file.name} is loaded: ${count} repetitions of ${read.lists.size} recordings. Ctrl+Z takes it back.${ignored}`);
  });

  part("again").addEventListener("click", () => {
    choose(null);
    if (!become(lists.map((one, i) => (i === place ? begun[i] : one)))) return say("This is what the page began with.");
    say("The recording is as the page began with it; Ctrl+Z takes this back.");
  });

  // --- the recordings ----------------------------------------------------------------------------------------------

  function open(which) {
    place = which;
    chosen = null;
    pointer = null;
    const { notes, file } = recordings[place];
    part("title").textContent = file;
    part("notes").replaceChildren(...notes.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    viewer.open(place);
    show();
  }

  part("files").replaceChildren(
    ...recordings.map((each, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.place = i;
      button.append(Object.assign(document.createElement("span"), { textContent: each.file }), document.createElement("small"));
      button.addEventListener("click", () => open(i));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );

  part("side").addEventListener("change", show);
  part("by").value = kept.name;
  part("by").addEventListener("input", () => (kept.name = part("by").value.trim()));

  const values = recall(recordings.map((_, i) => i));
  let viewer = null;
  viewer = signalViewer(root, data, () => viewer && position(marks.numbered(list())));
  desk.hidden = false;
  open(0);
  if (values) {
    const when = [...values.values()].map((value) => value.when).sort().pop();
    say(`Shown are the marks that this browser kept, the last of ${new Date(when).toLocaleString()}.`);
  }
})();
