// Copy buttons. Without this script they stay hidden, and what they would copy can be marked by hand.
"use strict";

const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");
document.body.append(said);

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    // The page came over plain http, or the browser forbids it: mark the text, so that one key copies it.
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  const word = button.querySelector(".word");
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(source);
    word.textContent = done ? "Copied" : "Marked";
    said.textContent = done ? "Copied" : "Marked: press Ctrl or Command and C to copy";
    button.classList.toggle("done", done);
    clearTimeout(timer);
    timer = setTimeout(() => {
      word.textContent = "Copy";
      said.textContent = "";
      button.classList.remove("done");
    }, 2500);
  });
}
