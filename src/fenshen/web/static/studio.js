// What every page does with JavaScript; without it, all of this works in a plainer way.
"use strict";
document.documentElement.classList.remove("no-js");

// A form that was sent once is not sent twice; coming back to it sets it free again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
});

// A job that is over: the page that tells what came of it.
document.addEventListener("over", (event) => { location.replace(event.target.dataset.over || location.href); });

// Some lines hold a stream up: when it has been silent for a while, ask.
const waiting = document.querySelector("[data-over]");
if (waiting) {
  let heard = Date.now();
  new MutationObserver(() => { heard = Date.now(); }).observe(waiting, { childList: true, subtree: true });
  setInterval(async () => {
    if (Date.now() - heard < 5000 || document.hidden) return;
    const answer = await fetch(`${waiting.dataset.over}/now`).catch(() => null);
    if (!answer || !answer.ok) return;
    const told = await answer.text();
    if (told) waiting.innerHTML = told;
    else location.replace(waiting.dataset.over);
  }, 2500);
}

// Questions that depend on an answer.
const begin = document.querySelector("form[action='/begin']");
if (begin) {
  const show = () => {
    const age = begin.elements.age.value, who = begin.elements.who.value;
    begin.querySelector(".for-adult").hidden = Boolean(age) && age !== "adult";
    begin.querySelector(".for-others").hidden = !(age === "teen" || age === "child" || (age === "adult" && who === "other"));
    begin.querySelector(".for-minor").hidden = age === "adult";
  };
  begin.addEventListener("change", show);
  show();
}

// The gallery: how many are chosen, and previews as they are made.
const gallery = document.getElementById("gallery");
if (gallery) {
  const picked = document.getElementById("picked"), make = document.getElementById("make");
  const count = () => {
    const n = gallery.querySelectorAll("input[name=template]:checked").length;
    picked.textContent = n ? picked.dataset.some.replace("{n}", n) : picked.dataset.none;
    make.disabled = !n;
  };
  gallery.addEventListener("change", count);
  addEventListener("pageshow", count);
  count();
  const look = async () => {
    const missing = [...gallery.querySelectorAll("[data-preview]")];
    if (!missing.length) return;
    const answer = await fetch(gallery.dataset.previews, { headers: { accept: "application/json" } }).catch(() => null);
    const told = answer && answer.ok ? await answer.json() : { ready: [], unsuited: {}, over: false };
    for (const blank of missing) {
      const name = blank.dataset.preview;
      if (told.ready.includes(name)) {
        const image = new Image();
        image.alt = "";
        image.src = `${gallery.dataset.previews}/${name}`;
        image.onload = () => blank.replaceWith(image);
        blank.removeAttribute("data-preview");
      } else if (told.unsuited[name] || told.over) {
        blank.textContent = told.unsuited[name] || "";
        blank.classList.remove("coming");
        blank.removeAttribute("data-preview");
      }
    }
    setTimeout(look, 900);
  };
  look();
}

// Compare with a photo of one's own, which stays on this device.
const own = document.getElementById("own-file");
if (own) {
  own.addEventListener("change", () => {
    const image = document.getElementById("own");
    if (!own.files.length) return;
    if (image.src) URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(own.files[0]);
    image.hidden = false;
    document.getElementById("beside").classList.add("beside");
  });
}

// An invitation: its code stands behind the #, which no browser sends; it leaves the address and goes in a form.
const opening = document.getElementById("opening");
if (opening && location.hash.length > 1) {
  opening.elements.code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  opening.requestSubmit();
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    text.select();
    if (await navigator.clipboard?.writeText(text.value).then(() => true, () => false)) button.textContent = button.dataset.done;
  });
}

// A waiting room: when anything has changed, it is drawn anew.
const room = document.querySelector("[data-room]");
if (room) {
  const look = async () => {
    const answer = document.hidden ? null : await fetch(`${room.dataset.room}/now`, { headers: { accept: "application/json" } }).catch(() => null);
    if (answer && (answer.status === 404 || (answer.ok && (await answer.json()).mark !== room.dataset.mark))) return location.reload();
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => {});

// A slider tells where it stands.
document.addEventListener("input", (event) => {
  const told = event.target.closest("label.field")?.querySelector("output");
  if (told) told.textContent = String(Number(Number(event.target.value).toFixed(3)));
});
