// Type to find: the combobox pattern with a list box (ARIA Authoring Practices). Options come as JSON from the server.
(() => {
  "use strict";
  const REST = 180;
  const parts = (box) => ({
    box,
    input: box.querySelector("input[type=text]"),
    hidden: box.querySelector("input[type=hidden]"),
    list: box.querySelector("[role=listbox]"),
    status: box.querySelector("[role=status]"),
    chosen: box.querySelector(".combo__chosen"),
  });

  const close = ({ input, list }) => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const point = ({ input, list }, option) => {
    list.querySelectorAll("[role=option]").forEach((o) => o.setAttribute("aria-selected", String(o === option)));
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const line = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);

  const show = (p, options, words) => {
    p.list.replaceChildren(...options.map((o, n) => {
      const option = line("div", o.text, { id: `${p.list.id}-${n}`, className: "combo__option", lang: o.lang || "" });
      if (!o.lang) option.removeAttribute("lang");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.value = o.value;
      option.dataset.text = o.text;
      if (o.note) option.append(line("small", o.note));
      return option;
    }));
    p.status.textContent = options.length ? String(options.length) : words;
    if (options.length) { p.list.hidden = false; p.input.setAttribute("aria-expanded", "true"); } else close(p);
    p.status.classList.toggle("hidden-visually", options.length > 0);
    p.status.classList.toggle("combo__say", options.length === 0);
  };

  const choose = (p, option) => {
    if (p.chosen) {
      const tick = line("input", "", { type: "checkbox", name: p.box.dataset.name, value: option.dataset.value, checked: true });
      const label = line("label", "", { className: "pick" });
      label.append(tick, line("span", option.dataset.text));
      p.chosen.append(label);
      p.input.value = "";
    } else {
      p.input.value = option.dataset.text;
      p.hidden.value = option.dataset.value;
    }
    close(p);
    p.box.dispatchEvent(new Event("change", { bubbles: true }));
    p.input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const look = async (p) => {
    const q = p.input.value.trim();
    if (!q) { close(p); return; }
    try {
      const answer = await fetch(`${p.box.dataset.source}?${new URLSearchParams({ q })}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { options } = await answer.json();
      if (p.input.value.trim() === q) show(p, options, p.box.dataset.none); // else an older answer came late
    } catch {
      show(p, [], p.box.dataset.failed);
    }
  };

  const keys = (p, event) => {
    const options = [...p.list.querySelectorAll("[role=option]")];
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    const open = !p.list.hidden;
    if (event.key === "ArrowDown" && !open) look(p);
    else if (event.key === "ArrowDown") point(p, options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp" && open) point(p, options[at <= 0 ? options.length - 1 : at - 1]);
    else if (event.key === "Enter" && open && at >= 0) choose(p, options[at]);
    else if (event.key === "Escape" && open) close(p);
    else return;
    event.preventDefault();
  };

  const wake = (box) => {
    const p = parts(box);
    let timer = 0;
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": p.list.id })
      .forEach(([name, value]) => p.input.setAttribute(name, value));
    p.input.addEventListener("input", () => {
      if (!p.chosen) p.hidden.value = "";
      clearTimeout(timer);
      timer = setTimeout(() => look(p), REST);
    });
    p.input.addEventListener("keydown", (event) => keys(p, event));
    p.input.addEventListener("blur", () => close(p));
    p.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) choose(p, option);
    });
    box.removeAttribute("data-combo");
  };
  const all = (root) => root.querySelectorAll("[data-combo]").forEach(wake);
  all(document);
  document.addEventListener("htmx:load", (event) => all(event.target));
})();
