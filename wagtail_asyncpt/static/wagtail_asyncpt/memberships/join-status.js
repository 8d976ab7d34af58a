/* Asks whether a payment is confirmed, and reloads the page when the answer changes. */

const EVERY = 2500;
const TRIES = 40;

class JoinStatus extends HTMLElement {
  #tries = 0;
  #timer = 0;

  connectedCallback() {
    this.#timer = window.setTimeout(() => this.#look(), EVERY);
  }

  disconnectedCallback() {
    window.clearTimeout(this.#timer);
  }

  async #look() {
    this.#tries += 1;
    const status = this.querySelector("[role=status]");
    if (status && !status.textContent) status.textContent = this.dataset.waiting;
    try {
      const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.status === 401) return window.location.reload();
      if (answer.ok && (await answer.json()).state !== "processing") {
        return window.location.reload();
      }
    } catch {
      // Offline for a moment: the next try may succeed.
    }
    if (this.#tries < TRIES) {
      this.#timer = window.setTimeout(() => this.#look(), EVERY);
    } else if (status) {
      status.textContent = "";
    }
  }
}

customElements.define("asyncpt-join-status", JoinStatus);
