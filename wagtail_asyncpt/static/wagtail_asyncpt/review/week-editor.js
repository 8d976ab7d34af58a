/**
 * Stimulus controller "asyncpt-week": saves the week's form by itself.
 *
 * It compares the form with what was last saved, and saves every two seconds: input events would
 * miss dragging, deleting and choosing. All use of Wagtail's StreamField JavaScript is in this module.
 */
const CHECK_EVERY = 500;
const SAVE_EVERY = 2000;

const dayBlocks = () => document.getElementById("days-root")?.rootBlock;

/** Wagtail's setError on the root leaves old errors at the leaves; so each leaf is cleared. */
const clearErrors = (block) => {
  if (!block) return;
  const below = [
    ...(block.children ?? []).map((child) => child.block ?? child),
    ...(Array.isArray(block.childBlocks) ? block.childBlocks : Object.values(block.childBlocks ?? {})),
    ...(block.childBlock ? [block.childBlock] : []),
  ];
  if (below.length) below.forEach(clearErrors);
  else if (block.setError) block.setError(null);
};

class WeekController extends window.StimulusModule.Controller {
  static targets = ["version", "state", "conflict", "conflictText"];

  static values = { texts: Object };

  connect() {
    this.saved = null;
    this.saving = null;
    this.isPaused = false;
    this.isOffline = false;
    this.isLeaving = false;
    this.refused = null;
    // The blocks appear a moment after the form: what they settle to is the saved state.
    this.started = window.setTimeout(() => {
      this.saved = this.snapshot();
      this.sent = Date.now();
      this.timer = window.setInterval(() => this.tick(), CHECK_EVERY);
      this.element.dataset.ready = "true";
    }, 1000);
  }

  disconnect() {
    window.clearTimeout(this.started);
    window.clearInterval(this.timer);
  }

  snapshot() {
    const data = new FormData(this.element);
    data.delete("draft_version");
    data.delete("csrfmiddlewaretoken");
    return new URLSearchParams(data).toString();
  }

  tick() {
    const now = this.snapshot();
    this.guard(now !== this.saved);
    if (this.saving || this.isPaused || this.isLeaving || now === this.saved || now === this.refused) return;
    if (Date.now() - this.sent >= SAVE_EVERY) this.startSave();
  }

  /** Wagtail's own guard compares with a state that it takes two seconds late; so it is told. */
  guard(isChanged) {
    this.element.dataset.wUnsavedForceValue = String(isChanged);
  }

  /** The save button saves here; publishing leaves the page, so the browser sends the form. */
  submit(event) {
    if (this.saved === null) return;
    if (event.submitter?.value !== "save") {
      this.leave(event);
      return;
    }
    event.preventDefault();
    this.element.dataset.wUnsavedConfirmationValue = "true"; // a submit switches the guard off
    if (!this.saving && this.conflictTarget.hidden) this.startSave();
  }

  /** A save under way makes the version in the form an old one: it ends first. */
  async leave(event) {
    this.isLeaving = true;
    if (!this.saving) return;
    event.preventDefault();
    await this.saving;
    if (this.conflictTarget.hidden && !this.isOffline) this.element.requestSubmit(event.submitter);
    else this.isLeaving = false;
  }

  startSave() {
    this.saving = this.save().finally(() => {
      this.saving = null;
    });
  }

  async save() {
    const sent = this.snapshot();
    this.isOffline = false;
    this.sent = Date.now();
    this.say(this.textsValue.saving);
    try {
      const response = await fetch(window.location.href, {
        method: "POST",
        body: new FormData(this.element),
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      });
      if (!response.headers.get("Content-Type")?.includes("application/json")) {
        this.isPaused = true;
        this.say(this.textsValue.signed_out, true);
        return;
      }
      this.answer(response.status, await response.json(), sent);
    } catch {
      this.isOffline = true;
      this.say(this.textsValue.offline, true);
    }
  }

  answer(status, { said, version, errors, days }, sent) {
    if (status === 409) {
      this.isPaused = true;
      this.newest = version;
      this.conflictTextTarget.textContent = said;
      this.conflictTarget.hidden = false;
      this.say("");
      return;
    }
    this.clearErrors();
    if (status !== 200) {
      this.refused = sent;
      this.showErrors(errors ?? {}, days);
      this.say(said, true);
      return;
    }
    this.versionTarget.value = version;
    this.saved = sent;
    this.refused = null;
    this.isPaused = false;
    this.say(said);
    if (this.snapshot() !== sent) return;
    this.guard(false);
    this.element.dispatchEvent(new CustomEvent("asyncpt:saved"));
  }

  clearErrors() {
    for (const note of this.element.querySelectorAll("[data-asyncpt-error]")) note.remove();
    clearErrors(dayBlocks());
  }

  showErrors(errors, days) {
    if (days) dayBlocks()?.setError(days);
    for (const [name, texts] of Object.entries(errors)) {
      const field = this.element.elements.namedItem(name);
      const note = document.createElement("p");
      note.className = "error-message";
      note.dataset.asyncptError = name;
      note.textContent = texts.join(" ");
      (field?.closest("[data-field]") ?? this.stateTarget).append(note);
    }
  }

  reload() {
    window.clearInterval(this.timer);
    this.guard(false);
    this.element.dispatchEvent(new CustomEvent("asyncpt:saved"));
    window.location.reload();
  }

  overwrite() {
    this.versionTarget.value = this.newest;
    this.conflictTarget.hidden = true;
    this.isPaused = false;
    this.startSave();
  }

  say(text, isProblem = false) {
    this.stateTarget.textContent = text;
    this.stateTarget.classList.toggle("apt-said--problem", isProblem);
  }
}

window.wagtail.app.register("asyncpt-week", WeekController);
