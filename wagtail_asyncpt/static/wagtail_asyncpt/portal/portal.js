// On every page: send what waits, and say what is not sent yet.

import { flush, listen, purge, rows, showBanner } from "./queue.js";

document.documentElement.classList.add("js");

listen(() => showBanner());
flush();
addEventListener("online", () => flush());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") flush();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const signOut = document.getElementById("sign-out");
signOut?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await flush();
  const left = (await rows()).length;
  const words = document.getElementById("apt-words").dataset;
  if (left && !confirm(words.lose.replace("{n}", left))) return;
  await purge();
  signOut.submit();
});
