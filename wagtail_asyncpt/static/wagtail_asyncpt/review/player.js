/**
 * <asyncpt-player data-fps="30">: steps a video by frame, slows it, loops a part of it and marks
 * the comments of the form check around it (an element with data-check).
 *
 * A seek to the middle of a frame shows exactly that frame; a seek to its start often shows the
 * one before. data-frame tells which frame is on screen.
 */
const clock = (seconds) => {
  const tenths = Math.round(seconds * 10);
  const rest = String(Math.floor((tenths % 600) / 10)).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${rest}.${tenths % 10}`;
};

class Player extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.fps = Number(this.dataset.fps) || 30;
    this.frame = 0;
    this.target = null; // the frame that is being sought, until it is on screen
    this.loop = { from: null, to: null };
    this.video.controls = false;
    this.find("[data-bar]").hidden = false;
    this.timeline = this.find("[data-timeline]");
    this.abort = new AbortController();
    this.listen();
    this.watchFrames();
    this.show();
    this.drawMarkers();
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  find(selector) {
    return this.querySelector(selector);
  }

  get check() {
    return this.closest("[data-check]");
  }

  get form() {
    return this.classList.contains("apt-player--compact")
      ? null
      : this.check?.querySelector("[data-comment-form]");
  }

  listen() {
    const { signal } = this.abort;
    const on = (target, name, act) => target.addEventListener(name, act, { signal });
    on(this, "click", (event) => this.click(event));
    on(this, "keydown", (event) => this.key(event));
    on(this.timeline, "input", () => this.seek(Number(this.timeline.value)));
    on(this.video, "loadedmetadata", () => {
      this.timeline.max = this.video.duration;
      this.drawMarkers();
    });
    for (const name of ["play", "pause", "timeupdate", "seeked"]) {
      on(this.video, name, () => this.show());
    }
    if (this.check && !this.classList.contains("apt-player--compact")) {
      on(this.check, "click", (event) => {
        const button = event.target.closest("[data-seek]");
        if (button) this.visit(Number(button.dataset.seek));
      });
      on(this.check, "asyncpt:fragment", () => {
        this.drawMarkers();
        this.show();
      });
    }
  }

  watchFrames() {
    if (!("requestVideoFrameCallback" in this.video)) {
      this.video.addEventListener("seeked", () => {
        this.seen(Math.floor(this.video.currentTime * this.fps));
      });
      return;
    }
    const shown = (_now, { mediaTime }) => {
      this.seen(Math.round(mediaTime * this.fps));
      const { from, to } = this.loop;
      if (to !== null && !this.video.paused && mediaTime >= to) this.seek(from ?? 0);
      this.video.requestVideoFrameCallback(shown);
    };
    this.video.requestVideoFrameCallback(shown);
  }

  seen(frame) {
    if (frame === this.target) this.target = null;
    this.frame = frame;
    this.dataset.frame = frame;
    this.show();
  }

  /** Show the frame that holds this moment. */
  seek(seconds) {
    const last = Math.max(0, Math.floor((this.video.duration || 0) * this.fps) - 1);
    const frame = Math.min(last, Math.max(0, Math.floor(seconds * this.fps + 1e-6)));
    this.target = frame;
    this.video.currentTime = (frame + 0.5) / this.fps;
    this.show();
  }

  step(frames) {
    this.video.pause();
    this.seek(((this.target ?? this.frame) + frames + 0.5) / this.fps);
  }

  visit(seconds) {
    this.video.pause();
    this.seek(seconds);
    this.scrollIntoView({ block: "nearest" });
  }

  toggle() {
    this.target = null;
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  speed(rate) {
    this.video.playbackRate = rate;
    this.video.muted = this.video.muted || rate < 0.5;
    for (const button of this.querySelectorAll("[data-speed]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === rate));
    }
  }

  setLoop(loop) {
    this.loop = loop;
    if (loop.from !== null && loop.to !== null && loop.to <= loop.from) this.loop.to = null;
    const clear = this.find('[data-do="loop-clear"]');
    if (!clear) return;
    clear.disabled = this.loop.from === null && this.loop.to === null;
    const pressed = (name, on) =>
      this.find(`[data-do="${name}"]`).setAttribute("aria-pressed", String(on));
    pressed("loop-start", this.loop.from !== null);
    pressed("loop-end", this.loop.to !== null);
    this.drawMarkers();
  }

  comment() {
    if (!this.form) return;
    this.video.pause();
    this.show();
    this.form.querySelector("textarea").focus();
  }

  do(name) {
    const now = this.video.currentTime;
    const acts = {
      back: () => this.step(-1),
      forward: () => this.step(1),
      toggle: () => this.toggle(),
      comment: () => this.comment(),
      "loop-start": () => this.setLoop({ ...this.loop, from: now }),
      "loop-end": () => this.setLoop({ ...this.loop, to: now }),
      "loop-clear": () => this.setLoop({ from: null, to: null }),
    };
    acts[name]?.();
  }

  click(event) {
    const button = event.target.closest("button");
    if (button?.dataset.do) this.do(button.dataset.do);
    else if (button?.dataset.speed) this.speed(Number(button.dataset.speed));
    else if (event.target === this.video) {
      this.focus();
      this.toggle();
    }
  }

  /** Keys act only while the focus is in the player, so that typing never moves the video. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, summary")) return;
    const many = event.shiftKey ? 10 : 1;
    const acts = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.step(-many),
      ArrowRight: () => this.step(many),
      "[": () => this.do("loop-start"),
      "]": () => this.do("loop-end"),
      Escape: () => this.do("loop-clear"),
      c: () => this.comment(),
      C: () => this.comment(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  show() {
    const now = this.video.currentTime;
    this.timeline.value = now;
    this.timeline.setAttribute("aria-valuetext", clock(now));
    this.find("[data-time]").textContent = `${clock(now)} / ${clock(this.video.duration || 0)}`;
    this.classList.toggle("apt-player--playing", !this.video.paused);
    const { form } = this;
    if (!form) return;
    form.querySelector("[data-at-field]").hidden = true;
    const writing = form.querySelector("textarea") === document.activeElement;
    if (!writing || this.video.paused) {
      form.querySelector('[name="at_seconds"]').value = now.toFixed(3);
      const label = form.querySelector("[data-comment-label]");
      label.textContent = `${label.dataset.text} ${clock(now)}`;
    }
  }

  drawMarkers() {
    const box = this.find("[data-markers]");
    box.replaceChildren();
    const length = this.video.duration || Number(this.timeline.max);
    if (!length || this.classList.contains("apt-player--compact")) return;
    const place = (element, seconds) => {
      element.style.setProperty("--apt-at", `${Math.min(100, (seconds / length) * 100)}%`);
      box.append(element);
    };
    for (const item of this.check?.querySelectorAll("[data-comments] [data-at]") ?? []) {
      const marker = document.createElement("button");
      marker.type = "button";
      marker.className = "apt-marker";
      marker.dataset.seek = item.dataset.at;
      marker.title = `${clock(Number(item.dataset.at))} ${item.querySelector("p").textContent}`;
      marker.setAttribute("aria-label", marker.title);
      place(marker, Number(item.dataset.at));
    }
    for (const [name, at] of Object.entries(this.loop)) {
      if (at === null) continue;
      const edge = document.createElement("span");
      edge.className = `apt-loop apt-loop--${name}`;
      place(edge, at);
    }
  }
}

customElements.define("asyncpt-player", Player);
