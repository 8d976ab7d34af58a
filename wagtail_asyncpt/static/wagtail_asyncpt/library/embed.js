/*
 * A video that stays on YouTube or Vimeo: a link until somebody presses play, then a player in its
 * place. Nothing is asked of the other server before.
 */
class Embed extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.play();
    });
  }

  play() {
    const frame = document.createElement("iframe");
    frame.className = "asyncpt-embed__player";
    frame.src = this.dataset.player;
    frame.title = this.dataset.title;
    frame.allow = "fullscreen; picture-in-picture";
    frame.allowFullscreen = true;
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    this.replaceChildren(frame);
    frame.focus();
  }
}

customElements.define("asyncpt-embed", Embed);
