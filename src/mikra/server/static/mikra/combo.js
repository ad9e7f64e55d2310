// Type to find: the combobox pattern with a list box (ARIA Authoring Practices). Options come as JSON from the server.
(() => {
  "use strict";
  const REST = 180; // milliseconds without a key
  const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const set = (element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));

  const close = ({ input, list }) => {
    list.hidden = true;
    set(input, { "aria-expanded": "false" });
    input.removeAttribute("aria-activedescendant");
  };
  const point = ({ input, list }, option) => {
    list.querySelectorAll("[role=option]").forEach((o) => set(o, { "aria-selected": o === option }));
    if (!option) return;
    set(input, { "aria-activedescendant": option.id });
    option.scrollIntoView({ block: "nearest" });
  };
  const show = (p, options, words) => {
    p.list.replaceChildren(...options.map((o, n) => {
      const option = make("div", o.text, { id: `${p.list.id}-${n}`, className: "combo__option", lang: o.lang || "" });
      if (!o.lang) option.removeAttribute("lang");
      set(option, { role: "option", "aria-selected": "false", "data-value": o.value, "data-text": o.text });
      if (o.note) option.append(make("small", o.note));
      return option;
    }));
    p.input.removeAttribute("aria-activedescendant");
    p.status.textContent = words;
    p.status.className = options.length ? "hidden-visually" : "combo__say";
    p.list.hidden = !options.length;
    set(p.input, { "aria-expanded": options.length > 0 });
  };

  const choose = (p, option) => {
    const { value, text } = option.dataset;
    p.input.value = p.chosen ? "" : text;
    if (p.chosen) {
      const label = make("label", "", { className: "pick" });
      label.append(make("input", "", { type: "checkbox", name: p.box.dataset.name, value, checked: true }), make("span", text));
      p.chosen.append(label);
    } else p.hidden.value = value;
    close(p);
    p.input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const look = async (p) => {
    const q = p.input.value.trim();
    if (!q) { close(p); return; }
    const { source, none, found, failed } = p.box.dataset;
    try {
      const address = new URL(source, location.href);
      address.searchParams.set("q", q);
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { options } = await answer.json();
      if (p.input.value.trim() !== q || document.activeElement !== p.input) return; // this answer came too late
      show(p, options, options.length ? `${found} ${options.length}` : none);
    } catch {
      show(p, [], failed);
    }
  };

  const keys = (p, event) => {
    const options = [...p.list.querySelectorAll("[role=option]")];
    const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
    const open = !p.list.hidden;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !open) look(p);
    else if (event.key === "ArrowDown") point(p, options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp" && open) point(p, options[at <= 0 ? options.length - 1 : at - 1]);
    else if (event.key === "Enter" && open && at >= 0) choose(p, options[at]);
    else if (event.key === "Escape" && open) close(p);
    else return;
    event.preventDefault();
  };

  const wake = (box) => {
    const [input, hidden, list] = ["input[type=text]", "input[type=hidden]", "[role=listbox]"].map((s) => box.querySelector(s));
    const p = { box, input, hidden, list, status: box.querySelector("[role=status]"), chosen: box.querySelector(".combo__chosen") };
    let timer = 0;
    set(input, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
    input.addEventListener("input", () => {
      if (!p.chosen) hidden.value = ""; // what is typed is not yet chosen
      clearTimeout(timer);
      timer = setTimeout(() => look(p), REST);
    });
    input.addEventListener("keydown", (event) => keys(p, event));
    input.addEventListener("blur", () => close(p));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) choose(p, option);
    });
    box.removeAttribute("data-combo");
  };
  const all = () => document.querySelectorAll("[data-combo]").forEach(wake);
  all();
  ["mikra:page", "htmx:load"].forEach((name) => document.addEventListener(name, all));
})();
