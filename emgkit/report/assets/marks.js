// Marks of one recording, as values: each function gives a new list in the order of time, or the same list where nothing
// changes. A mark is { id, start, end, turn, set, side, load_kg, accepted, reason, by, at, origin }, in seconds.
"use strict";
const marks = (() => {
  const LEAST = 0.01; // the shortest stretch, in seconds
  const round = (time) => Math.round(time * 1e4) / 1e4;
  const sorted = (list) => [...list].sort((a, b) => a.start - b.start);
  const next = (list) => 1 + Math.max(0, ...list.map((one) => one.id));
  // a left and a right mark may overlap; a mark without a side is of both
  const meet = (one, other) => !one.side || !other.side || one.side === other.side;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // what a person did, and when: a row that was found becomes an edited one
  function signed(mark, who) {
    return { ...mark, ...who, origin: mark.origin === "detected" ? "edited" : mark.origin };
  }

  function replaced(list, id, change, who) {
    return list.map((one) => (one.id === id ? signed({ ...one, ...change }, who) : one));
  }

  // the free stretch around a mark, or around a time that no mark of the side holds
  function free(list, [first, last], from, to, { id = null, side = null } = {}) {
    const others = list.filter((one) => one.id !== id && meet(one, { side }));
    return [
      Math.max(Math.ceil(first * 1e4) / 1e4, ...others.filter((one) => one.end <= from).map((one) => one.end)),
      Math.min(Math.floor(last * 1e4) / 1e4, ...others.filter((one) => one.start >= to).map((one) => one.start)),
    ];
  }

  const at = (list, time) => list.find((one) => one.start <= time && time <= one.end);

  // the edge nearest to a time, within `near` seconds; those of one mark go before the others
  function edgeNear(list, time, near, first) {
    const found = list.flatMap((one) =>
      ["start", "turn", "end"]
        .filter((edge) => one[edge] != null && Math.abs(one[edge] - time) <= near)
        .map((edge) => ({ id: one.id, edge, far: Math.abs(one[edge] - time) - (one.id === first ? near : 0) })),
    );
    return found.sort((a, b) => a.far - b.far)[0];
  }

  function insert(list, bounds, [from, to], who, side = null) {
    const [start, end] = [round(Math.min(from, to)), round(Math.max(from, to))];
    const near = list.filter((one) => meet(one, { side }));
    const middle = near.find((one) => one.start < end && one.end > start);
    const [low, high] = free(list, bounds, middle ? from : start, middle ? from : end, { side });
    const mark = { id: next(list), start: clamp(start, low, high), end: clamp(end, low, high), turn: null, set: null, side };
    if (mark.end - mark.start < LEAST || near.some((one) => one.start < mark.end && one.end > mark.start)) return [list];
    return [sorted([...list, { ...mark, load_kg: null, accepted: true, reason: "", ...who, origin: "by hand" }]), mark.id];
  }

  // move an edge ("start", "end", "turn") to a time, or all of a mark ("whole") so that it starts there
  function move(list, bounds, id, edge, time, who) {
    const mark = list.find((one) => one.id === id);
    const [low, high] = free(list, bounds, mark.start, mark.end, mark);
    const { start, end, turn } = mark;
    let change;
    if (edge === "start") change = { start: round(clamp(time, low, (turn ?? end) - LEAST)) };
    if (edge === "end") change = { end: round(clamp(time, (turn ?? start) + LEAST, high)) };
    if (edge === "turn") change = { turn: round(clamp(time, start + LEAST, end - LEAST)) };
    if (edge === "whole") {
      const step = round(clamp(time, low, high - (end - start)) - start);
      change = { start: round(start + step), end: round(end + step), turn: turn == null ? null : round(turn + step) };
    }
    if (Object.entries(change).every(([name, value]) => mark[name] === value)) return list;
    return replaced(list, id, change, who);
  }

  function split(list, id, time, who) {
    const mark = list.find((one) => one.id === id);
    const place = round(time);
    if (place - mark.start < LEAST || mark.end - place < LEAST) return list;
    const turn = (from, to) => (mark.turn != null && mark.turn >= from + LEAST && mark.turn <= to - LEAST ? mark.turn : null);
    const parts = [
      { ...mark, end: place, turn: turn(mark.start, place) },
      { ...mark, id: next(list), start: place, turn: turn(place, mark.end) },
    ];
    return sorted([...list.filter((one) => one.id !== id), ...parts.map((one) => signed(one, who))]);
  }

  // a mark and the one after it on its side, with what lies between
  function merge(list, id, who) {
    const place = list.findIndex((one) => one.id === id);
    const first = list[place];
    const second = list.slice(place + 1).find((one) => meet(one, first));
    if (!second || (second.side ?? null) !== (first.side ?? null)) return list;
    const turns = [first.turn, second.turn].filter((turn) => turn != null);
    const whole = {
      ...first,
      end: second.end,
      turn: turns.length === 1 ? turns[0] : null,
      accepted: first.accepted && second.accepted,
      reason: [...new Set([first.reason, second.reason])].filter(Boolean).join("; "),
      origin: first.origin === "by hand" && second.origin === "by hand" ? "by hand" : "edited",
    };
    return list.filter((one) => one !== second).map((one) => (one === first ? signed(whole, who) : one));
  }

  const remove = (list, id) => list.filter((one) => one.id !== id);

  // to accept what was found says who saw it; the row is as it was found
  function accept(list, id, who) {
    const mark = list.find((one) => one.id === id);
    if (!mark.accepted) return replaced(list, id, { accepted: true, reason: "" }, who);
    return list.map((one) => (one.id === id ? { ...one, ...who } : one));
  }

  // numbers in the order of time, in each set of each side from 1
  function numbered(list) {
    const counts = new Map();
    return list.map((one) => {
      const own = JSON.stringify([one.side ?? null, one.set]);
      counts.set(own, (counts.get(own) ?? 0) + 1);
      return { ...one, repetition: counts.get(own) };
    });
  }

  // the mark of another side; the same list where it would overlap a mark of that side
  function sided(list, id, side, who) {
    const mark = { ...list.find((one) => one.id === id), side };
    const over = list.some((one) => one.id !== id && meet(one, mark) && one.start < mark.end && one.end > mark.start);
    return over ? list : replaced(list, id, { side }, who);
  }

  // where a new mark fits: as long as the others are in the middle, in the largest gap in sight
  function gap(list, bounds, [from, to]) {
    const lengths = list.map((one) => one.end - one.start).sort((a, b) => a - b);
    const length = Math.min(lengths[lengths.length >> 1] ?? Infinity, (to - from) / 10);
    const inside = list.filter((one) => one.end > from && one.start < to);
    const ends = [Math.max(from, bounds[0]), ...inside.map((one) => one.end)];
    const starts = [...inside.map((one) => one.start), Math.min(to, bounds[1])];
    const gaps = ends.map((end, i) => [end, starts[i]]).sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
    const [low, high] = gaps[0];
    const half = Math.min(length, high - low) / 2;
    return high - low < LEAST ? null : [(low + high) / 2 - half, (low + high) / 2 + half];
  }

  return { LEAST, accept, at, edgeNear, free, gap, insert, meet, merge, move, next, numbered, remove, replaced, round, sided, sorted, split };
})();
