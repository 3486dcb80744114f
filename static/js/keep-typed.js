// What somebody types while a fragment is on its way stays: the fields of the new one take over what stands in the old.
(() => {
  let typed = new Map();
  const fields = (root) => root.querySelectorAll("input[id]:not([type=hidden]), select[id], textarea[id]");

  document.addEventListener("htmx:beforeSwap", (event) => {
    typed = new Map([...fields(event.detail.target)].map((field) => [field.id, [field.value, field.checked]]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const field of fields(document)) {
      if (!typed.has(field.id)) continue;
      const [value, checked] = typed.get(field.id);
      if (field.type === "radio" || field.type === "checkbox") field.checked = checked;
      else field.value = value;
    }
    typed.clear();
  });
})();
