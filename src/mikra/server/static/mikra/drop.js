// The place to drop a file: the browser's own field inside it, sent with progress. Without script: field and button.
(() => {
  "use strict";
  const zoneOf = (event) => (event.target instanceof Element ? event.target.closest("[data-drop]") : null);
  const fieldOf = (zone) => zone.querySelector("input[type=file]");
  const say = (zone, text) => { zone.querySelector("[data-drop-say]").textContent = text; };

  // What came back: the address to go on at (X-Location, or where a redirect has led), else this page with what is wrong.
  const follow = (request, address) => {
    const there = request.getResponseHeader("X-Location") || (request.responseURL === address ? "" : request.responseURL);
    if (there) { location.assign(there); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.dispatchEvent(new CustomEvent("mikra:page"));
    (document.querySelector("[data-takes-focus]") || document.querySelector("main")).focus();
  };

  const send = (zone) => {
    const { form } = fieldOf(zone);
    const bar = zone.querySelector("progress");
    const request = new XMLHttpRequest(); // fetch does not tell how much has gone
    bar.hidden = false;
    say(zone, zone.dataset.sending);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    const failed = () => {
      bar.hidden = true;
      say(zone, zone.dataset.failed);
      zone.querySelector("[data-drop-send]").hidden = false;
    };
    request.addEventListener("error", failed);
    request.addEventListener("load", () => (request.status >= 500 ? failed() : follow(request, form.action)));
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(new FormData(form));
  };

  const take = (zone, files) => {
    if (!zone || !files.length) return false;
    fieldOf(zone).files = files;
    zone.classList.remove("drop--over");
    send(zone);
    return true;
  };
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("drop--over");
  }));
  document.addEventListener("dragleave", (event) => {
    const zone = zoneOf(event);
    if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("drop--over");
  });
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    take(zone, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData ? event.clipboardData.files : [];
    if (take(document.querySelector("[data-drop]"), files)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (zone && event.target === fieldOf(zone) && event.target.files.length) send(zone);
  });
  document.addEventListener("submit", (event) => {
    const zone = event.target.querySelector("[data-drop]");
    if (!zone || !fieldOf(zone).files.length) return;
    event.preventDefault();
    send(zone);
  });

  // With script the button is not needed, but to try again.
  const wake = () => document.querySelectorAll("[data-drop]").forEach((zone) => {
    zone.querySelector("[data-drop-send]").hidden = true;
    say(zone, zone.dataset.atOnce);
  });
  wake();
  ["htmx:load", "mikra:page"].forEach((name) => document.addEventListener(name, wake));
})();
