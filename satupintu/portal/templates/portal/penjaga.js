// SPDX-License-Identifier: Apache-2.0
// Below /cek/ only: the register's answer where the office can be reached, else the page that proves the QR code itself.
"use strict";
const HOME = "{% url "portal:offline" %}";
const PATIENCE_MS = 8000;
const kept = (asked) => caches.match(asked, { ignoreVary: true });
const late = () => new Promise((_, refuse) => { setTimeout(refuse, PATIENCE_MS); });

async function page(asked) {
  try {
    const answer = await Promise.race([fetch(asked), late()]);
    if (answer.status < 502) return answer;
  } catch { /* no network */ }
  return (await kept(HOME)) || fetch(asked);
}

async function part(asked) {
  if (asked.url.includes("/static/")) return (await kept(asked)) || fetch(asked); // its name has its hash
  return fetch(asked).catch(async () => (await kept(asked)) || Response.error());
}

addEventListener("install", () => { skipWaiting(); });
addEventListener("activate", (event) => { event.waitUntil(clients.claim()); });
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(event.request.mode === "navigate" ? page(event.request) : part(event.request));
});
