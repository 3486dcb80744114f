// Drag a move onto a wave: it is ticked, the wave is chosen, and the form is sent, as by hand. Without this script, and
// by keyboard, one ticks and chooses.
(() => {
  const form = document.querySelector("form[data-waves]");
  if (!form) return;
  const choice = form.querySelector("select[name=wave]");
  const hint = document.querySelector("[data-drag-hint]");
  let dragged = null;

  for (const row of form.querySelectorAll("tr[data-move]")) {
    const tick = row.querySelector("input[name=part]");
    if (!tick) continue;
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = tick;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", tick.value);
    });
    row.addEventListener("dragend", () => (dragged = null));
  }
  for (const wave of form.querySelectorAll("section[data-wave]")) {
    wave.addEventListener("dragover", (event) => {
      if (!dragged || dragged.closest("section[data-wave]") === wave) return;
      event.preventDefault();
      wave.classList.add("over-it");
    });
    wave.addEventListener("dragleave", (event) => {
      if (!wave.contains(event.relatedTarget)) wave.classList.remove("over-it");
    });
    wave.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      wave.classList.remove("over-it");
      dragged.checked = true;
      choice.value = wave.dataset.wave;
      form.requestSubmit();
    });
  }
  if (hint) hint.hidden = false;
})();
