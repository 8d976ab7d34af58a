// Counts the seconds of active work in this tab and reports them. A tab works while it is visible
// and its last input (or a playing video) is younger than the idle limit. The server never counts
// the same second twice, however many tabs report it.

const BEAT_SECONDS = 15;
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'scroll'];

function csrfToken() {
  const field = document.querySelector('input[name=csrfmiddlewaretoken]');
  if (field) return field.value;
  const match = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (match) return match[1];
  const config = document.getElementById('wagtail-config');
  return config ? (JSON.parse(config.textContent).CSRF_TOKEN ?? '') : '';
}

class WorkTimer extends HTMLElement {
  connectedCallback() {
    this.idle = Number(this.dataset.idle) * 1000;
    this.seconds = 0;
    this.lastInput = Date.now();
    this.lastTick = Date.now();
    this.onInput = () => {
      this.lastInput = Date.now();
    };
    this.onHide = () => {
      if (document.visibilityState === 'hidden') this.report();
    };
    for (const name of INPUTS) {
      document.addEventListener(name, this.onInput, { passive: true, capture: true });
    }
    document.addEventListener('visibilitychange', this.onHide);
    window.addEventListener('pagehide', this.onHide);
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    for (const name of INPUTS) document.removeEventListener(name, this.onInput, { capture: true });
    document.removeEventListener('visibilitychange', this.onHide);
    window.removeEventListener('pagehide', this.onHide);
  }

  get isWorking() {
    if (document.visibilityState === 'hidden') return false;
    const playing = [...document.querySelectorAll('video')].some((v) => !v.paused && !v.loop);
    return playing || Date.now() - this.lastInput < this.idle;
  }

  tick() {
    const now = Date.now();
    // A tab that slept (laptop lid, throttled timer) did not work in between.
    const passed = Math.min((now - this.lastTick) / 1000, 2);
    this.lastTick = now;
    if (this.isWorking) this.seconds += passed;
    if (this.seconds >= BEAT_SECONDS) this.report();
  }

  report() {
    const seconds = Math.floor(this.seconds);
    if (seconds < 1) return;
    this.seconds -= seconds;
    fetch(this.dataset.url, {
      method: 'POST',
      keepalive: true,
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
      body: JSON.stringify({ client: this.dataset.client, seconds }),
    }).catch(() => {
      this.seconds += seconds;
    });
  }
}

customElements.define('asyncpt-work-timer', WorkTimer);
