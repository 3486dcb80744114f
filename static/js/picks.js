// What is ticked in a list stays ticked while one turns its pages or sorts it, and goes out with the export. Without
// this script the ticks of one page count.
(() => {
  const forms = () => document.querySelectorAll("form[data-picks]");
  const boxes = (form) => [...document.querySelectorAll(`input.pick[form="${form.id}"]`)];
  const place = (form) => {
    const asked = new URLSearchParams(form.elements.query ? form.elements.query.value : location.search);
    for (const name of ["page", "sort", "before", "after"]) asked.delete(name);
    asked.sort();
    return `picked ${form.id} ${asked}`;
  };
  const read = (form) => new Set(JSON.parse(sessionStorage.getItem(place(form)) || "[]"));
  const keep = (form, picked) => {
    if (picked.size) sessionStorage.setItem(place(form), JSON.stringify([...picked]));
    else sessionStorage.removeItem(place(form));
  };

  const show = (form) => {
    const picked = read(form);
    for (const box of boxes(form)) box.checked = picked.has(box.value);
    const here = boxes(form).filter((box) => box.checked).length;
    const elsewhere = picked.size - here;
    form.elements.picked.value = [...picked].join(",");
    form.querySelector("[data-told]").textContent =
      picked.size ? `${picked.size} ticked${elsewhere ? `, ${elsewhere} of them on other pages` : ""}.` : "";
    form.querySelector("[data-untick]").hidden = !picked.size;
  };
  const showAll = () => forms().forEach(show);

  document.addEventListener("change", (event) => {
    if (!event.target.matches("input.pick")) return;
    const form = event.target.form;
    if (!form || !form.matches("[data-picks]")) return;
    const picked = read(form);
    if (event.target.checked) picked.add(event.target.value);
    else picked.delete(event.target.value);
    keep(form, picked);
    show(form);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.matches("[data-untick]")) return;
    keep(event.target.form, new Set());
    show(event.target.form);
  });
  document.addEventListener("htmx:afterSettle", showAll);
  window.addEventListener("pageshow", showAll);
  showAll();
})();
