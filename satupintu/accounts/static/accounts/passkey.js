// SPDX-License-Identifier: Apache-2.0
// Shows the ways of a passkey where the browser has them, and says so when one was not read.
(function () {
  "use strict";
  const button = document.getElementById("kunci");
  if (!window.PublicKeyCredential || !button) return;
  const ids = { add: "kunci", authenticate: "kunci", credential: "kunci-jawaban", data: "kunci-data" };
  const forms = window.allauth.webauthn.forms;
  button.dataset.passkeyNew === undefined ? forms.authenticateForm({ ids }) : forms.addForm({ ids });
  document.querySelectorAll("[data-passkey]").forEach(function (way) { way.hidden = false; });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-failed]").forEach(function (said) { said.hidden = false; });
  });
})();
