// Hide what belongs to an option that is not chosen. Without this script everything is there, and says what it is for.
(() => {
  const fields = [...document.querySelectorAll("[data-only-for]")];
  const show = () => {
    const chosen = document.querySelector(".choice input:checked");
    for (const field of fields) {
      field.hidden = !(chosen && field.dataset.onlyFor.split(" ").includes(chosen.value));
    }
  };
  document.addEventListener("change", show);
  show();
})();
