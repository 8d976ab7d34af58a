// The rest between sets: counted from timestamps, so that a locked phone and a reload lose nothing.

const KEY = "apt-rest";
const words = document.getElementById("session-words").dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let bar = null;
let timer = null;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function write(rest) {
  if (rest) sessionStorage.setItem(KEY, JSON.stringify(rest));
  else sessionStorage.removeItem(KEY);
}

/** Start to rest for `seconds`; 0 or nothing does not. */
export function startRest(seconds) {
  if (!seconds) return;
  write({ endsAt: Date.now() + seconds * 1000, length: seconds, page: location.pathname });
  show();
  bar.querySelector("[data-rest-status]").textContent = words.restStarted;
}

function stop() {
  write(null);
  clearInterval(timer);
  timer = null;
  bar?.remove();
  bar = null;
}

function add(seconds) {
  const rest = read();
  if (!rest) return;
  rest.endsAt += seconds * 1000;
  rest.length = Math.max(rest.length, (rest.endsAt - Date.now()) / 1000);
  write(rest);
  draw();
}

function show() {
  if (!bar) {
    document.body.append(document.getElementById("rest-template").content.cloneNode(true));
    bar = document.querySelector(".rest");
    bar.querySelector("[data-rest-skip]").addEventListener("click", stop);
    for (const button of bar.querySelectorAll("[data-rest-add]")) {
      button.addEventListener("click", () => add(Number(button.dataset.restAdd)));
    }
  }
  clearInterval(timer);
  timer = setInterval(draw, calm.matches ? 1000 : 250);
  draw();
}

function draw() {
  const rest = read();
  if (!rest || !bar) return stop();
  const left = (rest.endsAt - Date.now()) / 1000;
  if (left <= 0) {
    navigator.vibrate?.(200);
    bar.querySelector("[data-rest-status]").textContent = words.restOver;
    bar.querySelector("[data-rest-clock]").textContent = "0:00";
    clearInterval(timer);
    write(null);
    setTimeout(() => !read() && stop(), 1500);
    return undefined;
  }
  const whole = Math.ceil(left);
  const text = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  bar.querySelector("[data-rest-clock]").textContent = text;
  bar.querySelector("progress").value = Math.min(1, left / rest.length);
  return undefined;
}

const earlier = read();
if (earlier && earlier.page === location.pathname && earlier.endsAt > Date.now()) show();
