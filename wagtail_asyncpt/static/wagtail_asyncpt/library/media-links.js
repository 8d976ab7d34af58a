/**
 * Links to videos, posters and captions work for some hours. On a page that stayed open longer, what
 * fails to load asks for a fresh link, and a video goes on where it was. Without this script, or
 * where somebody may not watch any more, the page is to be loaded again.
 */

/** Has failed, and shown nothing since: not asked for twice. */
const failed = new WeakSet();

document.addEventListener("error", (event) => mend(event.target), true);
for (const name of ["loadeddata", "load"]) {
  document.addEventListener(name, (event) => failed.delete(event.target), true);
}
addEventListener("online", mendAll);
mendAll();

/** Also what failed before this script ran, or while there was no network. */
function mendAll() {
  for (const video of document.querySelectorAll("video")) if (video.error) mend(video);
  for (const image of document.images) if (image.complete && !image.naturalWidth) mend(image);
}

async function mend(element) {
  const address = linkOf(element);
  if (!address || failed.has(element)) return;
  failed.add(element);
  const wasPlaying = element instanceof HTMLVideoElement && !element.paused;
  const links = await askFor(address);
  if (links === "offline") failed.delete(element);
  else if (!links) refuse(element);
  else if (element instanceof HTMLVideoElement) goOn(element, links, wasPlaying);
  else element.src = fresh(element.src, links);
}

/** The element's address, if it is a link that ends. */
function linkOf(element) {
  if (!element?.src) return null;
  const address = new URL(element.src, document.baseURI);
  return address.searchParams.has("link") ? address : null;
}

/** Fresh links by file name; null where they are refused. */
async function askFor(address) {
  try {
    const answer = await fetch(new URL("links.json", address), {
      headers: { Accept: "application/json" },
    });
    if (answer.ok && !answer.redirected) return await answer.json();
    return null;
  } catch {
    return "offline";
  }
}

function fresh(src, links) {
  const file = new URL(src, document.baseURI).pathname.split("/").pop();
  return links[file] ?? src;
}

function goOn(video, links, wasPlaying) {
  const { currentTime, playbackRate } = video;
  if (video.poster) video.poster = fresh(video.poster, links);
  for (const track of video.querySelectorAll("track")) track.src = fresh(track.src, links);
  video.addEventListener(
    "loadedmetadata",
    () => {
      video.currentTime = currentTime;
      video.playbackRate = playbackRate;
    },
    { once: true },
  );
  video.src = fresh(video.src, links);
  if (wasPlaying) video.play().catch(() => {});
  else if (currentTime) video.load();
}

function refuse(element) {
  const words = document.querySelector("template[data-asyncpt-media-refused]");
  if (!words || !(element instanceof HTMLVideoElement)) return;
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  note.className = "asyncpt-media-refused";
  (element.closest(".clip, asyncpt-player") ?? element).after(note);
  note.textContent = words.content.textContent.trim();
}
