// What every page shares: dialogs, menus, copying, messages to put away. Pages work without it.
(() => {
  "use strict";

  // A link that opens a question over the page; without script it leads to a page with the same question.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const leaves = event.target.closest("dialog [data-closes]");
    if (leaves) {
      event.preventDefault();
      leaves.closest("dialog").close();
    } else if (event.target instanceof HTMLDialogElement) {
      event.target.close(); // a click beside the box
    }
  });

  // Menus are details elements: a click elsewhere or Escape closes them.
  const openMenus = () => document.querySelectorAll("[data-menu][open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });

  // Copy to the clipboard; the button says that it was done.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copies);
    const word = button.textContent;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // the text stays selected, for Ctrl+C
    }
    button.textContent = button.dataset.copied;
    button.setAttribute("role", "status");
    setTimeout(() => { button.textContent = word; button.removeAttribute("role"); }, 2500);
  });

  // A code that stands after # in the address, and so was sent to nobody, is put where it is typed.
  const typed = document.querySelector("[data-from-fragment]");
  if (typed && !typed.value && /^#[0-9A-Za-z-]{10,60}$/.test(location.hash)) {
    typed.value = location.hash.slice(1);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) button.closest("[data-dismissable]").remove();
  });

  // What needs script shows itself only now; what came back with errors takes the focus.
  const wake = (root) => {
    root.querySelectorAll("[data-copies][hidden], [data-dismiss][hidden]").forEach((button) => { button.hidden = false; });
    const first = root.querySelector("[data-takes-focus]");
    if (first) first.focus();
  };
  wake(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) wake(event.target); });
  document.addEventListener("mikra:page", () => wake(document));
})();
