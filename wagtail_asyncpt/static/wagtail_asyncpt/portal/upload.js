// Sending a clip by tus 1.0.0: goes on after a cut connection, a locked phone and a reload.

const box = document.querySelector("[data-upload]");
const preparing = document.querySelector("[data-preparing]");
const CHUNK = 1024 * 1024;
const LATER = [0, 1000, 3000, 5000, 10000, 20000];

if (preparing) poll(preparing.dataset.status);
if (box) begin(box);

/** Ask how the clip stands until it can be shown; then show the page anew. */
function poll(url) {
  const ask = async () => {
    try {
      const response = await fetch(url, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const answer = response.ok ? await response.json() : {};
      if (["ready", "failed"].includes(answer.clip_status)) {
        location.reload();
        return;
      }
    } catch {
      // offline: ask again
    }
    setTimeout(ask, document.visibilityState === "visible" ? 2500 : 15000);
  };
  setTimeout(ask, 1500);
}

function begin(root) {
  const words = root.dataset;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const bar = root.querySelector("progress");
  let upload = null;
  let lastSaid = -1;

  root.hidden = false;
  for (const input of root.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      if (input.files[0]) start(input.files[0]);
      input.value = "";
    });
  }
  part("cancel").addEventListener("click", cancel);
  part("retry").addEventListener("click", () => upload && go(upload));
  for (const [target, name] of [[window, "online"], [document, "visibilitychange"]]) {
    target.addEventListener(name, () => {
      if (upload && !part("retry").hidden && navigator.onLine) go(upload);
    });
  }

  function say(text, isError = false) {
    part("say").textContent = text;
    part("say").classList.toggle("error", isError);
  }

  function fault(file) {
    if (file.size === 0) return words.empty;
    if (file.size > Number(words.max)) return words.large;
    if (file.type && !file.type.startsWith("video/")) return words.notVideo;
    return "";
  }

  function progress(sent, total) {
    const percent = Math.floor((100 * sent) / total);
    const text = words.progress.replace("{percent}", percent);
    bar.value = percent;
    part("text").textContent = text;
    if (percent - lastSaid >= 25 || percent === 100) {
      lastSaid = percent;
      say(text);
    }
  }

  function show(sending) {
    part("pick").hidden = sending;
    part("sending").hidden = !sending;
    part("retry").hidden = true;
  }

  async function start(file) {
    const wrong = fault(file);
    if (wrong) return say(wrong, true);
    say("");
    lastSaid = -1;
    upload = new globalThis.tus.Upload(file, {
      endpoint: words.url,
      chunkSize: CHUNK,
      retryDelays: LATER,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" },
      metadata: { key: crypto.randomUUID(), form_check: words.check, filename: file.name },
      // The default gives up while the phone says it is offline; ours goes on later.
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status >= 500;
      },
      onProgress: progress,
      onSuccess: sent,
      onError: failed,
      fingerprint: async (one) =>
        ["apt", words.check, one.name, one.type, one.size, one.lastModified].join("-"),
    });
    const earlier = await upload.findPreviousUploads();
    if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
    return go(upload);
  }

  function go(one) {
    show(true);
    progress(0, 1);
    say("");
    one.start();
  }

  function sent() {
    upload = null;
    root.replaceChildren(part("say"));
    say(words.sent);
    poll(words.status);
  }

  function failed(error) {
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    part("sending").hidden = true;
    if (status === 400 || status === 413 || status === 415) {
      upload = null;
      show(false);
      return say(message(response.getBody()) || words.failed, true);
    }
    part("retry").hidden = false;
    if (status === 401 || status === 403) return say(words.signIn, true);
    return say(navigator.onLine ? words.failed : words.offline, true);
  }

  async function cancel() {
    if (upload) await upload.abort(true).catch(() => null);
    upload = null;
    show(false);
    say(words.cancelled);
  }
}

/** The words of a refusal; the body is JSON or a short text. */
function message(body) {
  try {
    const answer = JSON.parse(body);
    return answer.error ?? Object.values(answer.errors ?? {}).flat().join(" ");
  } catch {
    return body && body.length < 200 && !body.includes("<") ? body : "";
  }
}
