// What the page says when its app was stopped. Streamlit's own words speak to the author
// of a script: only the text of its dialog is replaced, so that it looks, closes and goes
// away by itself as before.

const TITLE = "The app was stopped";
const COMMAND = "streamlit run app.py";

function words() {
  const text = document.createElement("p");
  text.textContent =
    "Your work is kept; start it again and this page goes on. In the planner's folder:";
  const command = document.createElement("pre");
  command.textContent = COMMAND;
  const note = document.createElement("div");
  note.className = "pl-stopped";
  note.append(text, command);
  return note;
}

function reword() {
  /** @type {HTMLElement | null} */
  const app = document.querySelector("[data-testid=stApp]");
  if (!app || app.dataset.testConnectionState === "CONNECTED") return;
  for (const title of document.querySelectorAll("[role=dialog] h2")) {
    if (title.textContent !== "Connection error") continue;
    const body = title.nextElementSibling;
    if (!body) continue;
    title.textContent = TITLE;
    body.classList.add("pl-reworded"); // hides what Streamlit writes there, now or later
    body.append(words());
  }
}

new MutationObserver(reword).observe(document.body, { childList: true, subtree: true });
reword();
