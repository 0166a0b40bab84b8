// The page that checks a file: drop it, and what is found appears without a new page. The words are the server's.
"use strict";

const form = document.getElementById("check");
const input = document.getElementById("file");
const drop = document.getElementById("drop");
const button = document.getElementById("submit");
const result = document.getElementById("result");
let number = 0;

document.getElementById("drop-hint").hidden = false;

function say(title, text, look) {
  const section = document.createElement("section");
  section.className = `finding ${look}`;
  const heading = document.createElement("h2");
  heading.textContent = title;
  section.append(heading);
  if (text) {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    section.append(paragraph);
  }
  result.replaceChildren(section);
}

async function check() {
  if (!input.files.length) return say("No file", "Choose a file first.", "bad");
  // An answer that comes after another file was chosen is not shown.
  const mine = ++number;
  button.disabled = true;
  say("Checking …", "", "plain");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector(".finding");
    if (mine !== number) return;
    if (found) result.replaceChildren(document.importNode(found, true));
    else say("Not checked", "The server could not check the file. Try again.", "bad");
    result.querySelector("h2").focus({ preventScroll: true });
    result.scrollIntoView({ block: "nearest" });
  } catch {
    if (mine === number) say("Not checked", "The server cannot be reached. Check the connection and try again.", "bad");
  } finally {
    if (mine === number) button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
input.addEventListener("change", check);

for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
  });
}
drop.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  check();
});
// A file that is dropped beside it would replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
