/* A button that prints the page; without JavaScript the browser's own menu does. */

customElements.define(
  "asyncpt-print",
  class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  },
);
