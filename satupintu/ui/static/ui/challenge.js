// SPDX-License-Identifier: Apache-2.0
// Proof of work (ALTCHA v2, PBKDF2/SHA-256): counts until the derived key begins as the server asks, then fills the
// hidden box. Who presses the button earlier waits for it; without WebCrypto the page offers a code by e-mail.
(() => {
  "use strict";
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

  async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
    const way = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
    const word = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
    for (let counter = 0; ; counter += 1) {
      new DataView(word.buffer).setUint32(word.length - 4, counter);
      const key = await crypto.subtle.importKey("raw", word, "PBKDF2", false, ["deriveBits"]);
      const derivedKey = hex(await crypto.subtle.deriveBits(way, key, keyLength * 8));
      if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
    }
  }

  if (!window.crypto || !crypto.subtle) return;
  document.querySelectorAll("[data-proof]").forEach((place) => {
    const form = place.closest("form");
    const challenge = JSON.parse(place.dataset.proof);
    const solved = solve(challenge.parameters).then((solution) => {
      form.elements.proof.value = btoa(JSON.stringify({ challenge, solution }));
    });
    form.addEventListener("submit", (event) => {
      if (form.elements.proof.value) return;
      event.preventDefault();
      solved.then(() => form.requestSubmit(event.submitter));
    });
  });
})();
