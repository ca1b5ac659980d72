// Photos go up one by one, each as it is, and are judged as they arrive. A line that breaks is tried again, then in
// parts; what has arrived is not sent twice. Nothing is kept in the browser.
"use strict";
(() => {
  const album = document.getElementById("album"), base = album.dataset.album;
  const shots = document.getElementById("shots"), say = document.getElementById("say").dataset;
  const trouble = document.getElementById("trouble"), form = document.getElementById("adding");
  const MOST = Number(album.dataset.most), AT_ONCE = 3, PART = 512 * 1024, PATIENCE = [500, 1500, 4000, 8000, 15000];
  const queue = [];
  let busy = 0, enough = false, judging = 0, several = false;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const online = () => navigator.onLine ? Promise.resolve() : new Promise((done) => addEventListener("online", done, { once: true }));
  const tell = (text) => { trouble.textContent = text || ""; trouble.hidden = !text; };

  class Refused extends Error { constructor(status, words) { super(words); this.status = status; } }

  // One request; a refusal is final, anything else may be tried again.
  async function ask(path, options = {}) {
    const answer = await fetch(base + path, { ...options, headers: { accept: "application/json", ...(options.headers || {}) }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Refused(401, say.ended);
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Error(String(answer.status));
    if (!answer.ok) {
      const page = await answer.text();
      const words = new DOMParser().parseFromString(page, "text/html").querySelector("h1");
      throw new Refused(answer.status, words ? words.textContent : say.lost);
    }
    return answer.status === 204 ? null : answer.json();
  }

  function whole(file, bar) {
    return new Promise((done, lost) => {
      const request = new XMLHttpRequest();
      request.open("POST", base + "/photos");
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("accept", "application/json");
      request.upload.onprogress = (event) => { if (bar && event.lengthComputable) bar.value = event.loaded / event.total; };
      request.onload = () => {
        if (request.status === 201) return done(JSON.parse(request.response));
        if (request.status >= 500 || request.status === 429 || request.status === 408) return lost(new Error(String(request.status)));
        const words = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("h1");
        const ended = request.status === 401 || !request.responseURL.includes("/photos");
        lost(new Refused(ended ? 401 : request.status, ended ? say.ended : words ? words.textContent : say.lost));
      };
      request.onerror = request.ontimeout = () => lost(new Error("line"));
      request.send(file);
    });
  }

  async function inParts(file, bar, state) {
    if (!state.upload) state.upload = (await ask("/uploads", { method: "POST" })).upload;
    const total = Math.max(1, Math.ceil(file.size / PART));
    const there = new Set((await ask(`/uploads/${state.upload}`)).parts);
    for (let part = 0; part < total; part += 1) {
      if (!there.has(part)) {
        await ask(`/uploads/${state.upload}/${part}`, { method: "PUT", body: file.slice(part * PART, (part + 1) * PART), headers: { "content-type": "application/octet-stream" } });
      }
      if (bar) bar.value = (part + 1) / total;
    }
    return ask(`/uploads/${state.upload}/${total}`, { method: "POST" });
  }

  async function send(file, card) {
    const bar = card.querySelector("progress"), words = card.querySelector(".state"), state = {};
    for (let attempt = 0; ; attempt += 1) {
      try {
        return attempt ? await inParts(file, bar, state) : await whole(file, bar);
      } catch (error) {
        if (error instanceof Refused || attempt >= PATIENCE.length) throw error;
        words.textContent = navigator.onLine ? say.again : say.offline;
        await online();
        await pause(PATIENCE[attempt]);
        words.textContent = say.sending;
      }
    }
  }

  function draw(told) {
    for (const [photo, html] of Object.entries(told.cards)) {
      const card = document.getElementById(photo);
      if (!card) continue;
      const picture = card.querySelector("img"), open = card.querySelector("details[open]");
      card.innerHTML = html;
      card.className = `shot ${card.querySelector("[data-state]").dataset.state}`;
      card.removeAttribute("data-waiting");
      if (picture && picture.src.startsWith("blob:")) {  // what this browser has it need not fetch
        const fresh = card.querySelector("img");
        picture.alt = fresh.alt;
        if (!picture.dataset.lost) fresh.replaceWith(picture);
      }
      if (open && card.querySelector("details")) card.querySelector("details").open = true;
    }
    const summary = document.getElementById("summary");
    const map = summary.querySelector("details"), was = map ? map.open : null;
    summary.innerHTML = told.summary;
    if (was !== null && summary.querySelector("details")) summary.querySelector("details").open = was;
    document.getElementById("count").textContent = summary.querySelector("[data-count]").textContent;
    const usable = Number((summary.querySelector("[data-usable]") || { dataset: { usable: 0 } }).dataset.usable);
    document.getElementById("go-on").toggleAttribute("aria-disabled", !usable);
    if (usable) document.getElementById("go-on").removeAttribute("aria-disabled");
    enough = told.enough;
  }

  // Answers may overtake each other; when all are in, the last word is asked for once more.
  async function judge(photo) {
    judging += 1;
    several = several || judging > 1;
    await verdict(photo);
    judging -= 1;
    if (!judging && several) { several = false; await verdict(photo); }
  }

  async function verdict(photo) {
    for (const wait of [0, ...PATIENCE]) {
      await pause(wait);
      try { return draw(await ask(`/photos/${photo}/verdict`)); } catch (error) { if (error instanceof Refused) return tell(error.message); }
    }
  }

  function add(files) {
    tell("");
    const ask = document.getElementById("ask");
    ask.textContent = ask.dataset.more;
    for (const file of files) {
      if (shots.children.length >= MOST) { tell(say.full); break; }
      const card = document.getElementById("new-shot").content.firstElementChild.cloneNode(true);
      const image = card.querySelector("img");
      image.onerror = () => { image.dataset.lost = "yes"; image.hidden = true; };  // HEIC, where a browser cannot show it
      image.src = URL.createObjectURL(file);
      shots.append(card);
      queue.push([file, card]);
    }
    next();
  }

  async function next() {
    if (busy >= AT_ONCE || !queue.length) return;
    if (enough) {
      for (const [, card] of queue.splice(0)) card.remove();
      return tell(say.enough);
    }
    busy += 1;
    const [file, card] = queue.shift();
    next();
    try {
      const told = await send(file, card);
      card.id = told.photo;
      card.dataset.photo = told.photo;
      card.querySelector("progress").remove();
      card.querySelector(".state").textContent = say.looking;
      judge(told.photo);
    } catch (error) {
      if (error instanceof Refused && error.status === 409) { card.remove(); enough = true; tell(error.message); }
      else if (error instanceof Refused && error.status === 401) { card.remove(); queue.splice(0).forEach(([, other]) => other.remove()); tell(error.message); }
      else {
        card.classList.add("refused");
        card.querySelector("progress").remove();
        card.querySelector(".state").textContent = error instanceof Refused ? error.message : say.lost;
        const retry = document.createElement("button");
        retry.type = "button"; retry.className = "link"; retry.textContent = say.again;
        retry.onclick = () => { card.remove(); add([file]); };
        card.append(retry);
      }
    } finally { busy -= 1; next(); }
  }

  document.getElementById("files").addEventListener("change", (event) => { add([...event.target.files]); event.target.value = ""; });
  for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.remove("over"); });
  form.addEventListener("drop", (event) => add([...event.dataTransfer.files]));

  shots.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-live]")) return;
    event.preventDefault();
    const card = event.target.closest(".shot"), path = new URL(event.target.action).pathname.slice(base.length);
    try {
      const told = await ask(path, { method: "POST" });
      if (path.endsWith("/drop")) {
        const picture = card.querySelector("img");
        if (picture && picture.src.startsWith("blob:")) URL.revokeObjectURL(picture.src);
        card.remove();
        tell("");
      }
      draw(told);
    } catch (error) { tell(error.message); }
  });
  document.getElementById("go-on").addEventListener("click", (event) => {
    if (event.currentTarget.getAttribute("aria-disabled") || busy || queue.length) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => { if (busy || queue.length) event.preventDefault(); });
  for (const card of shots.querySelectorAll("[data-waiting]")) judge(card.dataset.photo);

  // The camera: a frame, a word about the light, and nothing leaves before "keep".
  const camera = document.getElementById("camera"), eye = document.getElementById("eye"), taken = document.getElementById("taken");
  const words = document.getElementById("camera-words").dataset, word = document.getElementById("camera-say");
  const button = (id) => document.getElementById(id);
  let stream = null, still = null, timer = 0;
  const small = document.createElement("canvas");
  small.width = 48; small.height = 64;
  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) button("open-camera").hidden = false;

  function guide() {
    const pen = small.getContext("2d", { willReadFrequently: true });
    if (!eye.videoWidth) return;
    const scale = Math.max(48 / eye.videoWidth, 64 / eye.videoHeight);
    pen.drawImage(eye, (48 - eye.videoWidth * scale) / 2, (64 - eye.videoHeight * scale) / 2, eye.videoWidth * scale, eye.videoHeight * scale);
    const { data } = pen.getImageData(12, 12, 24, 34);  // the oval
    let left = 0, right = 0, burnt = 0;
    for (let i = 0; i < data.length; i += 4) {
      const light = 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
      if ((i / 4) % 24 < 12) left += light; else right += light;
      if (light > 250) burnt += 1;
    }
    const half = data.length / 8, mean = (left + right) / (2 * half), side = Math.abs(left - right) / (left + right + 1);
    word.textContent = mean < 55 ? words.dark : burnt > half * 0.25 ? words.bright : side > 0.35 ? words.side : words.good;
  }

  function live() {
    taken.hidden = true; eye.hidden = false; still = null;
    if (taken.src) URL.revokeObjectURL(taken.src);
    button("shoot").hidden = false; button("keep").hidden = true; button("again").hidden = true; button("guide").style.display = "";
    word.textContent = words.hold;
    timer = setInterval(guide, 500);
  }
  function shut() {
    clearInterval(timer);
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null; still = null;
    if (taken.src) URL.revokeObjectURL(taken.src);
    taken.removeAttribute("src");
    if (camera.open) camera.close();
  }
  button("open-camera").addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 2560 }, height: { ideal: 1920 } }, audio: false });
    } catch { return tell(words.refused); }
    eye.srcObject = stream;
    camera.showModal();
    live();
  });
  button("shoot").addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = eye.videoWidth; canvas.height = eye.videoHeight;
    canvas.getContext("2d").drawImage(eye, 0, 0);
    clearInterval(timer);
    canvas.toBlob((blob) => {
      still = blob;
      taken.src = URL.createObjectURL(blob);
      taken.hidden = false; eye.hidden = true; button("guide").style.display = "none";
      button("shoot").hidden = true; button("keep").hidden = false; button("again").hidden = false;
      word.textContent = words.private;
    }, "image/jpeg", 0.94);
  });
  button("again").addEventListener("click", live);
  button("keep").addEventListener("click", () => { if (still) add([still]); shut(); });
  button("close-camera").addEventListener("click", shut);
  camera.addEventListener("close", shut);
})();
