// A session being logged: one tap for each set, with the queue behind it.

import { startRest } from "./rest.js";
import { add, listen, rows } from "./queue.js";

const words = document.getElementById("session-words").dataset;
const shared = ["key", "csrfmiddlewaretoken", "undone"];

function say(text, n) {
  return text.replace("{n}", n);
}

function values(form) {
  const data = Object.fromEntries(new FormData(form));
  for (const name of shared) delete data[name];
  return data;
}

function slotOf(data) {
  return [data.session_log, data.prescribed, data.set_number ?? "exercise"].join("/");
}

// Sets ---------------------------------------------------------------------------------------

const forms = new Map();
for (const form of document.querySelectorAll("[data-set]")) {
  forms.set(slotOf(values(form)), form);
  form.dataset.sent = form.dataset.done === "true" ? JSON.stringify(values(form)) : "";
  paint(form);
}

function numberOf(form) {
  return form.elements.set_number.value;
}

function paint(form) {
  const done = form.dataset.done === "true";
  const tick = form.querySelector("[data-tick]");
  tick.setAttribute("aria-pressed", String(done));
  tick.setAttribute("aria-label", say(done ? words.done : words.open, numberOf(form)));
}

function mark(form, kind, text) {
  const state = form.querySelector("[data-state-text]");
  state.dataset.kind = kind;
  state.textContent = text;
  for (const input of form.querySelectorAll(".number")) {
    if (kind !== "failed") input.removeAttribute("aria-invalid");
  }
}

function showCurrent() {
  for (const group of document.querySelectorAll(".sets")) {
    const sets = [...group.querySelectorAll("[data-set]")];
    const current = sets.find((form) => form.dataset.done !== "true");
    for (const form of sets) {
      if (form === current) form.dataset.state = "current";
      else delete form.dataset.state;
    }
    if (current) showSteppers(current);
    else group.querySelector(".steppers")?.remove();
  }
}

async function sendSet(form, undone = false) {
  const data = values(form);
  form.dataset.done = String(!undone);
  form.dataset.sent = undone ? "" : JSON.stringify(data);
  paint(form);
  mark(form, "saving", words.saving);
  showCurrent();
  const body = { ...data, key: crypto.randomUUID(), ...(undone ? { undone: true } : {}) };
  form.dataset.key = body.key;
  await add({ slot: slotOf(data), url: new URL(form.action).pathname, body });
}

function tickSet(form) {
  const wasDone = form.dataset.done === "true";
  const changed = form.dataset.sent !== JSON.stringify(values(form));
  if (wasDone && !changed) {
    sendSet(form, true);
    return;
  }
  sendSet(form);
  if (!wasDone) {
    startRest(Number(form.closest("[data-rest]").dataset.rest));
    toast(form);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-set]");
  if (!form) return;
  event.preventDefault();
  tickSet(form);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-set]");
  if (form?.dataset.done === "true" && form.dataset.sent !== JSON.stringify(values(form))) {
    sendSet(form);
  }
});

listen((row, state, answer) => {
  const form = forms.get(row.slot);
  if (!form || (form.dataset.key && form.dataset.key !== row.key)) return;
  if (state === "saved") {
    form.dataset.done = String(answer.done);
    mark(form, "saved", answer.created ? "" : answer.message);
  } else if (state === "failed") {
    form.dataset.done = "false";
    form.dataset.sent = "";
    markFailed(form, answer);
  } else {
    mark(form, "waiting", navigator.onLine ? words.saving : words.waiting);
    if (row.tries) mark(form, "waiting", words.waiting);
  }
  paint(form);
  showCurrent();
});

function markFailed(form, answer) {
  const errors = Object.entries(answer.errors ?? {});
  const texts = errors.map(([name, list]) => {
    const input = form.elements[name];
    if (!input?.dataset?.label) return list.join(" ");
    input.setAttribute("aria-invalid", "true");
    return `${input.dataset.label}: ${list.join(" ")}`;
  });
  mark(form, "failed", texts.join(" ") || (answer.status === 404 ? words.gone : words.failed));
  form.querySelector("[data-state-text]").setAttribute("role", "alert");
}

/** What still waits from an earlier visit is shown in its row. */
async function showWaiting() {
  for (const row of await rows()) {
    const form = forms.get(row.slot);
    if (!form) continue;
    for (const input of form.querySelectorAll(".number")) {
      if (row.body[input.name] !== undefined) input.value = row.body[input.name];
    }
    form.dataset.done = String(!row.body.undone && !row.failed);
    form.dataset.sent = row.failed ? "" : JSON.stringify(values(form));
    if (row.failed) markFailed(form, { errors: row.errors });
    else mark(form, "waiting", words.waiting);
    paint(form);
  }
  showCurrent();
}

// Steppers -----------------------------------------------------------------------------------

function step(input, direction) {
  const size = Number(input.dataset.step);
  const now = Number(input.value.replace(",", ".")) || 0;
  const next = Math.max(0, Math.round((now + direction * size) * 100) / 100);
  input.value = String(next);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function stepButton(input, direction) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = direction > 0 ? "+" : "−";
  const verb = direction > 0 ? words.more : words.less;
  button.setAttribute("aria-label", `${verb}: ${input.getAttribute("aria-label")}`);
  button.addEventListener("click", () => step(input, direction));
  return button;
}

function showSteppers(form) {
  const group = form.closest(".sets");
  if (form.querySelector(".steppers")) return;
  group.querySelector(".steppers")?.remove();
  const inputs = [...form.querySelectorAll(".number")].filter((one) => one.name !== "effort");
  if (!inputs.length) return;
  const tray = document.createElement("div");
  tray.className = "steppers";
  for (const input of inputs) {
    const pair = document.createElement("div");
    pair.className = "stepper";
    const label = document.createElement("span");
    label.textContent = input.dataset.label;
    label.setAttribute("aria-hidden", "true");
    pair.append(stepButton(input, -1), label, stepButton(input, 1));
    tray.append(pair);
  }
  form.querySelector(".set__line").after(tray);
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches(".number") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  step(event.target, event.key === "ArrowUp" ? 1 : -1);
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".number")) event.target.select();
});

// Undo ---------------------------------------------------------------------------------------

let toastTimer;

function toast(form) {
  document.querySelector(".toast")?.remove();
  clearTimeout(toastTimer);
  document.body.append(document.getElementById("toast-template").content.cloneNode(true));
  const box = document.querySelector(".toast");
  const text = navigator.onLine ? words.undo : words.later;
  box.querySelector("span").textContent = say(text, numberOf(form));
  box.querySelector("button").addEventListener("click", () => {
    box.remove();
    if (form.dataset.done === "true") sendSet(form, true);
    form.querySelector("[data-tick]").focus();
  });
  toastTimer = setTimeout(() => box.remove(), 6000);
}

// Pain, comments, skipped exercises ------------------------------------------------------------

const feelings = new Map();
for (const form of document.querySelectorAll("[data-feel]")) {
  feelings.set(slotOf(values(form)), form);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => sendFeeling(form));
}

function sendFeeling(form) {
  const data = values(form);
  const advice = form.querySelector("[data-advice]");
  const alert = data.pain !== undefined && Number(data.pain) >= Number(form.dataset.alert);
  advice.hidden = !alert;
  advice.querySelector("[data-told]").hidden = true;
  form.querySelector("[data-feel-state]").textContent = words.saving;
  const body = { pain: "", ...data, key: crypto.randomUUID() };
  add({ slot: slotOf(data), url: new URL(form.action).pathname, body });
}

listen((row, state, answer) => {
  const form = feelings.get(row.slot);
  if (!form) return;
  const line = form.querySelector("[data-feel-state]");
  line.dataset.kind = state;
  if (state === "saved") {
    line.textContent = answer.message;
    form.querySelector("[data-told]").hidden = !answer.pain_alert;
  } else if (state === "failed") {
    line.textContent = Object.values(answer.errors ?? {}).flat().join(" ") || words.failed;
  } else {
    line.textContent = row.tries || !navigator.onLine ? words.waiting : words.saving;
  }
});

// Clips --------------------------------------------------------------------------------------

for (const clip of document.querySelectorAll("[data-clip]")) {
  const video = clip.querySelector("video");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "clip__play";
  button.setAttribute("aria-label", video.getAttribute("aria-label"));
  button.append(document.createElement("span"));
  button.firstChild.append(document.getElementById("play-icon").content.cloneNode(true));
  video.controls = false;
  button.addEventListener("click", () => {
    if (video.paused) video.play().catch(() => {}); // media-links.js sees to what does not load
    else video.pause();
  });
  for (const name of ["play", "pause"]) {
    video.addEventListener(name, () => {
      clip.classList.toggle("is-playing", !video.paused);
      button.setAttribute("aria-pressed", String(!video.paused));
    });
  }
  clip.append(button);
}

// Screen -------------------------------------------------------------------------------------

/** The screen stays on while the session is open; the phone may refuse. */
async function stayAwake() {
  if (document.visibilityState !== "visible" || !forms.size) return;
  await navigator.wakeLock?.request("screen").catch(() => null);
}
document.addEventListener("visibilitychange", stayAwake);

stayAwake();
showWaiting();
