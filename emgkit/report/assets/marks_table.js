// The table of marks: written as CSV, and read back with a word on every row that is wrong.
"use strict";
const marksTable = (() => {
  const quoted = (value) => {
    const text = value == null ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  // one row a mark; columns of facts that no recording has are left out
  function write(columns, recordings, lists) {
    const rows = recordings.flatMap((recording, place) =>
      marks.numbered(lists[place]).map((one) => ({
        ...recording.facts,
        ...one,
        file: recording.file,
        accepted: one.accepted ? "yes" : "no",
        marked_by: one.by,
        marked_at: one.at,
      })),
    );
    const optional = new Set(["participant", "task", "session", "run", "load_kg", "side"]);
    const used = columns.filter((name) => !optional.has(name) || rows.some((row) => (row[name] ?? "") !== ""));
    return `\ufeff${[used, ...rows.map((row) => used.map((name) => row[name]))].map((row) => row.map(quoted).join(",")).join("\n")}\n`;
  }

  // cells of a delimited text; a cell in quotes may hold anything
  function cells(text, delimiter) {
    const rows = [[""]];
    let open = false;
    for (let i = 0; i < text.length; i++) {
      const row = rows[rows.length - 1];
      const letter = text[i];
      if (letter === '"' && (open || row[row.length - 1] === "")) {
        if (open && text[i + 1] === '"') row[row.length - 1] += text[++i];
        else open = !open;
      } else if (!open && letter === delimiter) row.push("");
      else if (!open && letter === "\n") rows.push([""]);
      else if (open || letter !== "\r") row[row.length - 1] += letter;
    }
    return rows.filter((row) => row.some((cell) => cell.trim()));
  }

  const YES = ["yes", "true", "1", "accepted", ""];
  const SIDES = { left: "left", l: "left", right: "right", r: "right", both: null, "": null };
  const NO = ["no", "false", "0", "rejected"];

  // { lists: the marks by place of their recording } or { problems: a text a row }
  function read(text, recordings) {
    const plain = text.replace(/^\ufeff/, "");
    const head = plain.split(/\r?\n/, 1)[0];
    const delimiter = [",", ";", "\t"].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
    const [names = [], ...rows] = cells(plain, delimiter);
    const columns = names.map((name) => name.trim().toLowerCase()).map((name) => (name === "load" ? "load_kg" : name));
    const problems = [];
    for (const name of ["start", "end"]) if (!columns.includes(name)) problems.push(`The table has no column “${name}”.`);
    if (!columns.includes("file") && !columns.includes("participant")) {
      problems.push("The table has no column “file”, and no “participant” and “task” in its place.");
    }
    if (problems.length) return { problems };
    const found = new Map();
    const reader = { recordings, decimal: delimiter === "," ? null : "," };
    rows.forEach((row, place) => {
      const values = Object.fromEntries(columns.map((name, i) => [name, (row[i] ?? "").trim()]));
      const { mark, recording, wrong } = readRow(values, reader);
      if (wrong) return void problems.push(`Row ${place + 2}: ${wrong}`);
      if (!found.has(recording)) found.set(recording, []);
      found.get(recording).push({ ...mark, row: place + 2 });
    });
    for (const list of found.values()) problems.push(...overlaps(list));
    if (problems.length) return { problems };
    const lists = new Map(
      [...found].map(([place, list]) => [place, marks.sorted(list).map(({ row: _row, ...mark }, i) => ({ ...mark, id: i + 1 }))]),
    );
    return { lists, ignored: columns.filter((name) => name && !KNOWN.has(name)) };
  }

  const KNOWN = new Set([
    ..."file participant task session run start end turn repetition set side load_kg accepted reason marked_by marked_at origin".split(" "),
  ]);

  function overlaps(list) {
    const inTime = marks.sorted(list);
    return inTime.flatMap((one, i) => {
      const before = inTime.slice(0, i).find((other) => marks.meet(one, other) && one.start < other.end);
      return before ? [`Row ${one.row}: it overlaps row ${before.row}.`] : [];
    });
  }

  function readRow(values, { recordings, decimal }) {
    const places = recordings.flatMap((one, place) => (belongs(values, one) ? [place] : []));
    const said = values.file || ["participant", "task", "session", "run"].map((name) => values[name]).filter(Boolean).join(", ");
    if (!said) return { wrong: "it names no recording." };
    if (!places.length) return { wrong: `there is no recording “${said}” on this page.` };
    if (places.length > 1) return { wrong: `“${said}” is the name of ${places.length} recordings on this page.` };
    const number = (name) => {
      const cell = decimal ? values[name]?.replace(decimal, ".") : values[name];
      return cell ? (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : NaN) : null;
    };
    const [recording] = places;
    const { start: first, duration } = recordings[recording];
    const last = first + duration;
    const times = { start: number("start"), end: number("end"), turn: number("turn"), load_kg: number("load_kg") };
    for (const [name, value] of Object.entries(times)) {
      if (Number.isNaN(value)) return { wrong: `${name} is “${values[name]}”, which is not a number of ${name === "load_kg" ? "kg" : "seconds"}.` };
    }
    const { start, end, turn } = times;
    if (start == null || end == null) return { wrong: `it has no ${start == null ? "start" : "end"}.` };
    if (values.phase) return { wrong: `it has the phase “${values.phase}”; this page has turn points and no rows of phases.` };
    if (end - start < marks.LEAST) return { wrong: `end ${end} s does not come after start ${start} s.` };
    if (start < first - 0.001 || end > last + 0.001) {
      return { wrong: `${start} to ${end} s is not within the recording, ${first} to ${Number(last.toFixed(4))} s.` };
    }
    if (turn != null && !(turn > start && turn < end)) return { wrong: `turn ${turn} s is not between start and end.` };
    const side = SIDES[(values.side ?? "").toLowerCase()];
    if (side === undefined) return { wrong: `side is “${values.side}”; left or right are allowed.` };
    const accepted = (values.accepted ?? "").toLowerCase();
    if (![...YES, ...NO].includes(accepted)) return { wrong: `accepted is “${values.accepted}”; yes or no are allowed.` };
    const mark = {
      ...times,
      set: values.set || null,
      side,
      accepted: YES.includes(accepted),
      reason: values.reason ?? "",
      by: values.marked_by ?? "",
      at: values.marked_at ?? "",
      origin: ["detected", "edited", "by hand"].includes(values.origin) ? values.origin : "by hand",
    };
    return { mark, recording };
  }

  // by its file, with or without folders before it; else by all facts that both have
  function belongs(values, recording) {
    const name = (path) => path.split("/").pop();
    if (values.file) return values.file === recording.file || (!values.file.includes("/") && values.file === name(recording.file));
    const facts = ["participant", "task", "session", "run"].filter((fact) => values[fact]);
    return facts.length > 0 && facts.every((fact) => values[fact] === (recording.facts[fact] ?? ""));
  }

  return { read, write };
})();
