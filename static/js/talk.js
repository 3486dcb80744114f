// Put a name after an @ where one last typed, and keep the place of the keyboard when a thread is exchanged. Without this
// script the names are a list to read.
(() => {
  let box = null;

  const insert = (name) => {
    const into = box && box.isConnected ? box : document.querySelector("#talk .begin textarea");
    if (!into) return;
    const before = into.value.slice(0, into.selectionStart).replace(/@$/, "");
    const gap = before === "" || /\s$/.test(before) ? "" : " ";
    const start = `${before}${gap}@${name} `;
    into.value = start + into.value.slice(into.selectionEnd);
    into.focus();
    into.setSelectionRange(start.length, start.length);
  };

  const arm = () => {
    for (const item of document.querySelectorAll("[data-mentions] li")) {
      if (item.querySelector("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link-button";
      button.textContent = item.textContent;
      button.addEventListener("click", () => insert(button.textContent));
      item.replaceChildren(button);
    }
  };

  // Not where the focus merely went by: with the keyboard the way to the names leads through other boxes.
  for (const touched of ["input", "click"]) {
    document.addEventListener(touched, (event) => {
      if (event.target.matches("#talk textarea")) box = event.target;
    });
  }
  document.addEventListener("htmx:afterSettle", () => {
    arm();
    const wrong = document.querySelector("#talk .wrong textarea");
    const landed = wrong || document.querySelector("#talk [role=status]");
    if (landed) landed.focus();
  });
  arm();
})();
