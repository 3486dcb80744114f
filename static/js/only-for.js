// Hide what belongs to an option that is not chosen, question by question. Without this script everything is there, and
// says what it is for.
(() => {
  const show = () => {
    for (const field of document.querySelectorAll("[data-only-for]")) {
      const question = field.closest("[data-question]") || document;
      const chosen = question.querySelector(".choice input:checked");
      field.hidden = !(chosen && field.dataset.onlyFor.split(" ").includes(chosen.value));
    }
  };
  document.addEventListener("change", show);
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
