// The buttons above the checklist: each shows the items of one status.
"use strict";
(function () {
  const section = document.getElementById("checklist");
  if (!section) return;
  const group = section.querySelector(".filter");
  const items = [...section.querySelectorAll("li[data-status]")];
  const buttons = [...group.querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const status = button.dataset.status;
      for (const item of items) item.hidden = Boolean(status) && item.dataset.status !== status;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      const left = items.filter((item) => !item.hidden).length;
      section.querySelector('[data-part="count"]').textContent = `${left} of ${items.length} items shown`;
    });
  }
  group.hidden = false;
})();
