// Passkeys: the browser asks its user, this carries question and answer. Nothing is kept here.
"use strict";
for (const place of document.querySelectorAll("[data-passkey]")) {
  const { passkey, make, cancelled, there, lost, none } = place.dataset;
  const button = place.querySelector("button"), trouble = place.querySelector("[role=alert]"), form = place.closest("form");
  const tell = (text) => { trouble.textContent = text; trouble.hidden = !text; };

  if (!SimpleWebAuthnBrowser.browserSupportsWebAuthn()) { button.disabled = true; tell(none); continue; }

  class Refused extends Error {}

  // What the form says besides the password, which stays out of this.
  const asked = (more) => {
    const said = new URLSearchParams(more);
    for (const name of ["guest", "then"]) if (form && form.elements[name] && form.elements[name].value) said.set(name, form.elements[name].value);
    return said;
  };

  async function send(path, more = {}) {
    const answer = await fetch(path, { method: "POST", body: asked(more) });
    if (answer.redirected) { location.assign(answer.url); return new Promise(() => {}); }
    if (answer.ok) return answer.json();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = [...page.querySelectorAll("main h1, main .note")].map((each) => each.textContent.trim());
    throw new Refused(words.join(" ") || lost);
  }

  button.addEventListener("click", async () => {
    tell("");
    const undecided = form && form.querySelector("input[name=guest]");
    if (undecided && !undecided.reportValidity()) return;
    button.disabled = true;
    try {
      const optionsJSON = await send(`${passkey}/options`);
      const start = make === undefined ? SimpleWebAuthnBrowser.startAuthentication : SimpleWebAuthnBrowser.startRegistration;
      const done = await send(passkey, { answer: JSON.stringify(await start({ optionsJSON })) });
      location.assign(done.next);
    } catch (error) {
      const name = error.cause && error.cause.name || error.name;
      tell(error instanceof Refused ? error.message : name === "NotAllowedError" || name === "AbortError" ? cancelled : name === "InvalidStateError" ? there : lost);
      button.disabled = false;
    }
  });
}
