// SPDX-License-Identifier: Apache-2.0
// Only to make things quicker: every page works without this file.
"use strict";
(() => {
  const one = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];

  // What a page (or a part of it brought by htmx) needs once it is there.
  function arrive(part) {
    all("[data-print], [data-locate], [data-reveal]", part).forEach((button) => { button.hidden = false; });
    const mistakes = one("[data-errors]", part);
    if (mistakes) mistakes.focus();
    else if (part !== document) (one(".here input:checked", part) || one(".here input:not([type=hidden])", part) || part).focus({ preventScroll: true });
  }

  // A form is sent once. The server would answer a second sending with the first answer; this saves the wait.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) { button.classList.add("busy"); button.setAttribute("aria-disabled", "true"); }
  });
  const again = () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all(".busy", form).forEach((button) => { button.classList.remove("busy"); button.removeAttribute("aria-disabled"); });
  });
  addEventListener("pageshow", again); // the back button brings the page back as it was left
  document.addEventListener("htmx:afterRequest", again);

  // Upload: what was chosen is shown, a photo above the limit is made smaller before it is sent.
  const size = (bytes) => bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1).replace(".", ",")} MB`;
  async function shrink(file, picture) {
    const scale = Math.min(1, 2400 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * scale;
    canvas.height = picture.height * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  }
  async function chosen(input) {
    const box = input.closest("[data-upload]");
    const seen = one(".seen", box);
    seen.textContent = "";
    all("input[type=file]", box).forEach((other) => { if (other !== input) other.value = ""; });
    let file = input.files[0];
    if (!file) return;
    let words = "";
    let picture = null;
    try {
      if (file.type.startsWith("image/")) picture = await createImageBitmap(file);
    } catch { /* not a picture after all: the server says so in words */ }
    if (picture && file.size > Number(box.dataset.max)) {
      file = await shrink(file, picture);
      const bag = new DataTransfer();
      bag.items.add(file);
      input.files = bag.files;
      words = box.dataset.small;
    }
    if (file.size > Number(box.dataset.max)) words = box.dataset.big;
    seen.textContent = `${file.name} · ${box.dataset.size} ${size(file.size)}. ${words}`;
    if (picture) {
      const small = document.createElement("canvas");
      const scale = Math.min(1, 480 / Math.max(picture.width, picture.height));
      small.width = picture.width * scale;
      small.height = picture.height * scale;
      small.getContext("2d").drawImage(picture, 0, 0, small.width, small.height);
      small.setAttribute("aria-hidden", "true");
      seen.append(small);
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload] input[type=file]")) chosen(event.target);
  });

  // Buttons that only script can serve stay hidden without it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print], [data-locate], [data-reveal]");
    if (!button) return;
    if (button.matches("[data-print]")) print();
    if (button.matches("[data-locate]")) {
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        document.getElementById(button.dataset.locate).value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
      });
    }
    if (button.matches("[data-reveal]")) {
      const input = document.getElementById(button.dataset.reveal);
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    }
  });

  // Keyboard of the desk. Single letters only where the person has not switched them off (WCAG 2.1.4).
  function step(way) {
    const rows = all("[data-row-link], [data-row].here input", document).filter((row) => row.offsetParent);
    const lines = [...new Set(rows.map((row) => row.closest("[data-row]")))];
    const here = lines.indexOf(document.activeElement.closest("[data-row]"));
    const next = lines[Math.max(0, Math.min(lines.length - 1, here + way))];
    if (next) (one("[data-row-link]", next) || one("input:checked, input:not([type=hidden])", next)).focus();
  }
  document.addEventListener("keydown", (event) => {
    const menu = one("details.menu[open]");
    if (event.key === "Escape" && menu) { menu.open = false; one("summary", menu).focus(); }
    if (!document.body.hasAttribute("data-keys") || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    const field = event.target.closest("input, textarea, select");
    const radio = field && field.type === "radio";
    if (field && radio && key === "enter") { event.preventDefault(); field.form.requestSubmit(); return; }
    if (field && !radio && field.type !== "checkbox") return;
    if (key === "j" || key === "k") { step(key === "j" ? 1 : -1); event.preventDefault(); return; }
    if (!/^[a-z0-9/]$/.test(key)) return;
    const target = one(`[data-key="${key}"]`);
    if (!target || !target.offsetParent) return;
    event.preventDefault();
    if (target.matches("input[type=search]")) { target.focus(); target.select(); return; }
    target.focus();
    target.click();
  });

  // htmx brings parts of the desk; an answer that is another kind of page (log-in, citizen's page) is opened whole.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if (!/<body class="staff/.test(answer.responseText)) { event.detail.shouldSwap = false; location.assign(answer.responseURL); }
  });
  document.addEventListener("htmx:afterSettle", () => arrive(one("main")));

  arrive(document);
})();
