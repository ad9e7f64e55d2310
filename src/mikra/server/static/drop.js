// The place to drop a file: the browser's own field inside it, sent with progress. Without script: field and button.
(() => {
  "use strict";
  const zoneOf = (event) => (event.target instanceof Element ? event.target.closest("[data-drop]") : null);
  const say = (zone, text) => { zone.querySelector("[data-drop-say]").textContent = text; };

  const send = (zone, form) => {
    const bar = zone.querySelector("progress");
    const request = new XMLHttpRequest(); // fetch does not tell how much has gone
    bar.hidden = false;
    say(zone, zone.dataset.sending);
    form.setAttribute("aria-busy", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    const failed = () => {
      bar.hidden = true;
      form.removeAttribute("aria-busy");
      say(zone, zone.dataset.failed);
    };
    request.addEventListener("error", failed);
    request.addEventListener("load", () => {
      const there = request.getResponseHeader("X-Location"); // where to go on, told instead of a redirect
      if (there) { location.assign(there); return; }
      if (request.status >= 500) { failed(); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html"); // the page with what is wrong
      document.title = page.title;
      document.querySelector("main").replaceWith(page.querySelector("main"));
      if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
      (document.querySelector("[data-takes-focus]") || document.querySelector("main")).focus();
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(new FormData(form));
  };

  const go = (zone) => {
    const input = zone.querySelector("input[type=file]");
    if (input.files.length && input.form) send(zone, input.form);
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
  const take = (zone, files) => {
    if (!zone || !files.length) return false;
    zone.querySelector("input[type=file]").files = files;
    zone.classList.remove("drop--over");
    go(zone);
    return true;
  };
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    take(zone, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const zone = document.querySelector("[data-drop]");
    if (zone && event.clipboardData && take(zone, event.clipboardData.files)) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const zone = event.target.querySelector("[data-drop]");
    const input = zone && zone.querySelector("input[type=file]");
    if (!input || !input.files.length) return;
    event.preventDefault();
    send(zone, event.target);
  });
})();
