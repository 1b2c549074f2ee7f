// SPDX-License-Identifier: Apache-2.0
// The page that proves a QR code without a network. Its words stand in the page; this chooses which of them are seen.
"use strict";
(() => {
  const one = (query) => document.querySelector(query);
  const all = (query) => [...document.querySelectorAll(query)];
  const page = one("[data-offline]");
  if (!page || !globalThis.isSecureContext) return; // no key store, no camera: the page says what to do instead
  const { keys: keyList, home, worker, official } = page.dataset;
  const show = (query, shown = true) => all(query).forEach((part) => { part.hidden = !shown; });
  const day = new Intl.DateTimeFormat("id-ID", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  // ---- the answer
  async function answer(text) {
    if (!text.trim()) return;
    let said;
    try {
      said = await proof.read(text, (await (await fetch(keyList)).json()).keys);
    } catch {
      said = { verdict: "no-keys" };
    }
    show("[data-verdict]", false);
    if (said.facts) fill(said.facts, text);
    const result = one(`[data-verdict="${said.verdict}"]`);
    result.hidden = false;
    result.focus();
  }
  function fill(facts, text) {
    const code = facts.code.match(/.{4}/g).join("-");
    const shown = { ...facts, code, issued: day.format(new Date(facts.issued)) };
    all("[data-fact]").forEach((place) => { place.textContent = shown[place.dataset.fact]; });
    show("[data-training]", facts.training);
    const host = (/^\s*https?:\/\/([^/\s]+)/i.exec(text) || [])[1];
    show("[data-elsewhere]", Boolean(host) && host.toLowerCase() !== official);
    one("[data-host]").textContent = host || "";
    one("[data-register]").href = home.replace(/[^/]*$/, facts.code);
  }

  // ---- reading a QR code: by this browser where it can, else by the camera of the phone, which opens this page
  const box = one("#isi-qr"), film = one("video");
  let stream = null;
  function stop() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    film.hidden = true;
    show("[data-stop]", false);
  }
  async function seen(reader, picture) {
    const found = await reader.detect(picture);
    if (found.length) box.value = found[0].rawValue;
    return found.length > 0;
  }
  async function scan(reader) {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      show("[data-no-camera]");
      return;
    }
    film.srcObject = stream;
    film.hidden = false;
    show("[data-stop]");
    await film.play();
    const look = async () => {
      if (!stream) return;
      if (await seen(reader, film).catch(() => false)) { stop(); answer(box.value); } else requestAnimationFrame(look);
    };
    look();
  }
  async function readPhoto(reader, file) {
    const found = file && await createImageBitmap(file).then((picture) => seen(reader, picture)).catch(() => false);
    show("[data-no-qr]", Boolean(file) && !found);
    if (found) answer(box.value);
  }
  async function eyes() {
    const can = "BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
    show(can ? "[data-can-read]" : "[data-cannot-read]");
    if (!can) return;
    const reader = new BarcodeDetector({ formats: ["qr_code"] });
    show("[data-scan]", Boolean(navigator.mediaDevices));
    one("[data-scan]").addEventListener("click", () => scan(reader));
    one("[data-stop]").addEventListener("click", stop);
    one("#foto-qr").addEventListener("change", (event) => readPhoto(reader, event.target.files[0]));
  }

  // ---- keeping this page: itself, what it is built of, the keys; as nobody in particular, without cookies
  async function keep() {
    const parts = [home, keyList, ...all("link[rel=stylesheet], link[rel=icon], script[src]").map((part) => part.href || part.src)];
    const wanted = parts.map((part) => new URL(part, location.href).href);
    const store = await caches.open("luring");
    await Promise.all(wanted.map(async (address) => {
      const got = await fetch(address, { credentials: "omit" });
      if (!got.ok) throw new Error(address);
      await store.put(address, got);
    }));
    const old = (await store.keys()).filter((asked) => !wanted.includes(asked.url));
    await Promise.all(old.map((asked) => store.delete(asked)));
    await navigator.serviceWorker.register(worker);
    await navigator.serviceWorker.ready;
  }

  one("[data-paste]").addEventListener("submit", (event) => { event.preventDefault(); answer(box.value); });
  one("[data-again]").addEventListener("click", () => location.reload());
  const fragment = () => { if (location.hash.length > 20) { box.value = location.href; answer(location.href); } };
  addEventListener("hashchange", fragment);
  show("[data-without]", false);
  show("[data-tool]");
  eyes().catch(() => show("[data-cannot-read]"));
  fragment();
  if (location.pathname === home) keep().then(() => show("[data-kept]"), () => show("[data-not-kept]"));
  else show("[data-unreached]"); // the worker gave this page in place of the register's answer
})();
