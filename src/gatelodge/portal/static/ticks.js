// "Add group" and "Clear group" at once. Without this script they post the form, which comes back with the ticks.
"use strict";

for (const button of document.querySelectorAll("button[value='add-group'], button[value='clear-group']")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const form = button.form;
    const chosen = form.elements.group.selectedOptions[0].dataset.cameras.split(" ");
    const rights = new Set([...form.querySelectorAll("[name='with']:checked")].map((box) => box.value));
    const add = button.value === "add-group";
    for (const camera of chosen) {
      for (const box of form.querySelectorAll(`input[name='${CSS.escape(camera)}']`)) {
        box.checked = add && (box.checked || rights.has(box.value));
      }
    }
  });
}
