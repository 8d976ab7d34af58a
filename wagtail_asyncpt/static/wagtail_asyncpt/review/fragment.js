/**
 * Stimulus controller "asyncpt-fragment": sends the forms inside its element in the background
 * and puts the answer's HTML in place, so that nothing typed elsewhere on the screen is lost.
 */
class FragmentController extends window.StimulusModule.Controller {
  static targets = ["said"];

  static values = { failed: String };

  async send(event) {
    event.preventDefault();
    const form = event.target;
    // Wagtail's guard takes a submit for leaving the page, and this one stays.
    if (form.dataset.wUnsavedConfirmationValue) form.dataset.wUnsavedConfirmationValue = "true";
    if (form.dataset.sending) return;
    form.dataset.sending = "true";
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form, event.submitter),
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      });
      if (!response.headers.get("Content-Type")?.includes("application/json")) {
        throw new Error("no JSON: signed out, or the server failed");
      }
      this.put(await response.json(), response.ok);
    } catch {
      this.say(this.failedValue);
    } finally {
      delete form.dataset.sending;
    }
  }

  put({ html, said }, isDone) {
    this.element.innerHTML = html;
    this.say(said);
    if (isDone) this.element.closest("[data-check]")?.querySelector("asyncpt-player")?.focus();
    else this.element.querySelector('[aria-invalid="true"], .apt-errors, input[type="radio"]')?.focus();
    this.element.dispatchEvent(new CustomEvent("asyncpt:fragment", { bubbles: true }));
  }

  say(text) {
    if (this.hasSaidTarget) this.saidTarget.textContent = text;
  }
}

window.wagtail.app.register("asyncpt-fragment", FragmentController);
