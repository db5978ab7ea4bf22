// How a mark is said and set in a table.
"use strict";
const marksShown = (() => {
  const seconds = (time) => `${time.toFixed(3)} s`;

  const spoken = (one) =>
    `Repetition ${one.repetition}${one.side ? ` of the ${one.side} side` : ""}, ${one.start.toFixed(2)} to ${one.end.toFixed(2)} s, ` +
    (one.accepted ? "accepted" : `rejected: ${one.reason}`);

  function row(one, heads) {
    const cells = [
      `${one.repetition}${one.side ? ` ${one.side}` : ""}`, one.start.toFixed(3), one.end.toFixed(3), one.turn?.toFixed(3) ?? "", one.set ?? "",
      one.accepted ? "accepted" : "rejected", one.reason, one.by, one.origin,
    ];
    const element = document.createElement("tr");
    element.append(
      ...cells.map((value, i) => {
        const cell = document.createElement(i ? "td" : "th");
        cell.textContent = value;
        cell.dataset.label = heads[i];
        return cell;
      }),
    );
    return element;
  }

  return { row, seconds, spoken };
})();
