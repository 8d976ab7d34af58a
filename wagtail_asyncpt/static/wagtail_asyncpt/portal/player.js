// A clip with the therapist's comments: tap one and the video stops at its moment.

const SVG = "http://www.w3.org/2000/svg";
const NEAR = 0.6; // seconds around a moment in which its words are shown while playing

for (const root of document.querySelectorAll("[data-player]")) setUp(root);

function setUp(root) {
  const video = root.querySelector("video");
  const buttons = [...root.querySelectorAll("[data-at]")];
  const timeline = root.querySelector("[data-timeline]");
  if (!buttons.length || !timeline) return;
  const chips = buttons.map((button) => makeChip(button, () => go(button)));
  timeline.append(...chips);
  timeline.hidden = false;
  place();
  video.addEventListener("loadedmetadata", place);
  for (const button of buttons) button.addEventListener("click", () => go(button));
  video.addEventListener("timeupdate", follow);
  video.addEventListener("seeked", follow);

  function place() {
    const length = video.duration || Number(timeline.dataset.duration) || 1;
    chips.forEach((chip, index) => {
      const share = Math.min(1, Number(buttons[index].dataset.at) / length);
      chip.style.left = `${share * 100}%`;
    });
  }

  function go(button) {
    video.pause();
    video.currentTime = Number(button.dataset.at);
    show(button);
    root.querySelector(".player__stage").scrollIntoView({ block: "nearest" });
  }

  function follow() {
    const now = video.currentTime;
    const near = buttons.filter((one) => Math.abs(Number(one.dataset.at) - now) <= NEAR);
    show(near.at(-1) ?? null);
  }

  function show(button) {
    buttons.forEach((one, index) => {
      for (const target of [one, chips[index]]) {
        if (one === button) target.setAttribute("aria-current", "true");
        else target.removeAttribute("aria-current");
      }
    });
    const caption = root.querySelector("[data-caption]");
    caption.hidden = !button;
    const text = button ? button.querySelector("span").textContent : "";
    if (caption.textContent !== text) caption.textContent = text;
    draw(root.querySelector(".player__drawing"), button?.dataset.drawing);
  }
}

function makeChip(button, onClick) {
  const chip = document.createElement("button");
  chip.type = "button";
  const label = document.createElement("span");
  label.textContent = button.dataset.number;
  chip.append(label);
  chip.setAttribute("aria-label", button.textContent.trim().replace(/\s+/g, " "));
  chip.addEventListener("click", onClick);
  return chip;
}

/** Shapes have points 0..1 of the picture: {tool, pts: [[x, y], …], color}. */
function draw(svg, json) {
  svg.replaceChildren();
  if (!json) return;
  const { width, height } = svg.viewBox.baseVal;
  for (const shape of JSON.parse(json)) {
    const points = (shape.pts ?? []).map(([x, y]) => [x * width, y * height]);
    if (points.length < 2) continue;
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    line.setAttribute("fill", "none");
    line.setAttribute("stroke", shape.color || "#ffd54a");
    line.setAttribute("stroke-width", String(Math.max(width, height) / 130));
    line.setAttribute("stroke-linecap", "round");
    line.setAttribute("stroke-linejoin", "round");
    svg.append(line);
    if (shape.tool === "arrow") svg.append(arrowHead(points, line));
    if (shape.tool === "angle" && points.length === 3) svg.append(angleText(points, line, width));
  }
}

function arrowHead(points, line) {
  const [from, to] = points.slice(-2);
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const size = Number(line.getAttribute("stroke-width")) * 4;
  const head = line.cloneNode();
  const wings = [angle + 2.6, angle - 2.6].map((one) => [
    to[0] + size * Math.cos(one),
    to[1] + size * Math.sin(one),
  ]);
  head.setAttribute("points", [wings[0], to, wings[1]].map((one) => one.join(",")).join(" "));
  return head;
}

function angleText([a, b, c], line, width) {
  const turn = Math.atan2(a[1] - b[1], a[0] - b[0]) - Math.atan2(c[1] - b[1], c[0] - b[0]);
  const degrees = Math.abs(((turn * 180) / Math.PI + 540) % 360 - 180);
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", String(b[0] + width / 60));
  text.setAttribute("y", String(b[1]));
  text.setAttribute("fill", line.getAttribute("stroke"));
  text.setAttribute("font-size", String(width / 22));
  text.textContent = `≈ ${Math.round(degrees)}°`;
  return text;
}
