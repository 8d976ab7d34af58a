// The outbox of a phone: what a client logged waits here until the server has it.
// Rows: {key, slot, owner, url, body, page, created, tries, failed}. One tab sends at a time.

const shell = document.body.dataset;
const listeners = new Set();
let database;
let memory = null; // used where IndexedDB is closed to us (private windows)
let signedOut = false;

async function open() {
  if (memory) return null;
  try {
    database ??= globalThis.idb.openDB("wagtail-asyncpt", 1, {
      upgrade(db) {
        db.createObjectStore("logs", { keyPath: "key" }).createIndex("created", "created");
      },
    });
    return await database;
  } catch {
    memory = new Map();
    return null;
  }
}

async function put(row) {
  const db = await open();
  if (db) await db.put("logs", row);
  else memory.set(row.key, row);
}

async function remove(key) {
  const db = await open();
  if (db) await db.delete("logs", key);
  else memory.delete(key);
}

/** The rows of this client, oldest first. Another client's rows on the same phone stay untouched. */
export async function rows() {
  const db = await open();
  const all = db ? await db.getAllFromIndex("logs", "created") : [...memory.values()];
  return all.filter((row) => row.owner === shell.client);
}

/** Be told of every row: `listener(row, state, answer)`; state is waiting, saved or failed. */
export function listen(listener) {
  listeners.add(listener);
}

function tell(row, state, answer) {
  for (const listener of listeners) listener(row, state, answer);
}

/** Keep an entry and send it. A newer entry for the same slot takes the place of a failed one. */
export async function add({ slot, url, body }) {
  for (const old of await rows()) {
    if (old.failed && old.slot === slot) await remove(old.key);
  }
  const row = {
    key: body.key,
    slot,
    url,
    body,
    owner: shell.client,
    page: location.pathname,
    created: Date.now(),
    tries: 0,
    failed: false,
  };
  await put(row);
  tell(row, "waiting");
  navigator.storage?.persist?.();
  await flush();
}

async function post(row) {
  return fetch(row.url, {
    method: "POST",
    redirect: "error",
    credentials: "same-origin",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": shell.csrf,
    },
    body: JSON.stringify(row.body),
  });
}

async function refreshToken() {
  const response = await fetch(shell.csrfUrl, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  });
  if (response.status === 401) signedOut = true;
  if (!response.ok) return false;
  shell.csrf = (await response.json()).token;
  return true;
}

/** Send one row. Returns whether the next one may be tried. */
async function send(row) {
  let response = await post(row);
  if (response.status === 403 && (await refreshToken())) response = await post(row);
  if (response.status === 401) signedOut = true;
  if (response.ok) {
    signedOut = false;
    const answer = await response.json();
    await remove(row.key);
    tell(row, "saved", answer);
    return true;
  }
  if ([400, 404, 409, 413, 422].includes(response.status)) {
    const answer = response.status === 400 ? await response.json().catch(() => ({})) : {};
    await put({ ...row, failed: true, errors: answer.errors ?? null });
    tell(row, "failed", { ...answer, status: response.status });
    return true;
  }
  return false;
}

async function sendAll() {
  for (const row of await rows()) {
    if (row.failed) continue;
    const goOn = await send(row).catch(() => false);
    if (!goOn) {
      await put({ ...row, tries: row.tries + 1 });
      tell(row, "waiting");
      break;
    }
  }
}

let running = null;
let again = false;

/** Send what waits, oldest first; calls during a run make it run once more. */
export function flush() {
  if (running) {
    again = true;
    return running;
  }
  const run = navigator.locks
    ? navigator.locks.request("wagtail-asyncpt-queue", sendAll)
    : sendAll();
  running = Promise.resolve(run).finally(async () => {
    running = null;
    await showBanner();
    if (again) {
      again = false;
      await flush();
    }
  });
  return running;
}

/** Forget everything on this phone (sign-out). */
export async function purge() {
  for (const row of await rows()) await remove(row.key);
}

/** A calm line on top of the page while something is not sent. */
export async function showBanner() {
  const banner = document.getElementById("queue-banner");
  if (!banner) return;
  const words = document.getElementById("apt-words").dataset;
  const all = await rows();
  const failed = all.filter((row) => row.failed);
  const waiting = all.length - failed.length;
  const count = failed.length || waiting;
  const kind = failed.length ? "failed" : signedOut ? "signIn" : "waiting";
  banner.hidden = count === 0;
  if (count === 0) return;
  const text = words[`${kind}${count === 1 ? "One" : "Many"}`].replace("{n}", count);
  banner.replaceChildren(document.createTextNode(text));
  const target = failed.length ? failed[0].page : signedOut ? words.login : null;
  if (target && target !== location.pathname) {
    const link = document.createElement("a");
    link.href = failed.length ? target : `${target}?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = failed.length ? words.open : words.signIn;
    banner.append(" ", link);
  }
}
