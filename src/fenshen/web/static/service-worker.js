// Keeps what is the same for everybody: style, script, icons, and a page that says there is no line. Nothing of anybody.
"use strict";
const KEPT = "fenshen-static-1", OFFLINE = "/offline";
self.addEventListener("install", (event) => { event.waitUntil(caches.open(KEPT).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting())); });
self.addEventListener("activate", (event) => { event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => self.clients.claim())); });
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request).then((answer) => {
      if (answer.ok) { const copy = answer.clone(); caches.open(KEPT).then((cache) => cache.put(request, copy)); }
      return answer;
    })));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  }
});
