// A form with data-autosave="URL" is kept as one types: posted there when typing rests, and when a field is left.
// The mark [data-saved] says where it stands. The form's own button works without this.
(() => {
  "use strict";
  const REST = 900; // milliseconds without a key
  const waiting = new WeakMap();

  const say = (form, state, text) => {
    const mark = form.querySelector("[data-saved]") || document.querySelector(`[data-saved-for="${form.id}"] [data-saved], [data-saved]`);
    if (!mark) return;
    mark.dataset.state = state;
    mark.textContent = text(mark.dataset);
  };
  const clock = () => new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(new Date());

  const save = async (form) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    say(form, "saving", (words) => words.saving);
    try {
      const body = new FormData(form);
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      say(form, "saved", (words) => `${words.done} ${clock()}`);
      form.dispatchEvent(new CustomEvent("mikra:saved", { bubbles: true }));
    } catch {
      say(form, "failed", (words) => words.failed);
    }
  };

  const later = (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.autosave || event.target.type === "file") return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), REST));
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  // Nothing typed is lost when the page is left within that second.
  addEventListener("pagehide", () => {
    document.querySelectorAll("form[data-autosave]").forEach((form) => {
      if (waiting.has(form)) navigator.sendBeacon(form.dataset.autosave, new FormData(form));
    });
  });
  // `mikra:saved` is what the meter listens to: hx-trigger="mikra:saved from:#design".
})();
