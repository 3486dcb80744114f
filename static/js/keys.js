// Answer by keyboard: a digit chooses the option that shows it, Enter continues, `n` takes the next part, `?` lists the
// keys. Silent while somebody types.
(() => {
  const form = document.querySelector("form[data-keys]");
  const help = document.querySelector("dialog#keys");

  // Of the question one is in; where several are on the page and one is in none, of the first that is open.
  const question = (element) =>
    element.closest("[data-question]") ||
    [...form.querySelectorAll("[data-question]")].find((each) => !each.querySelector(".choice input:checked")) ||
    form;
  const options = (element) => (form ? [...question(element).querySelectorAll(".choice input")] : []);

  const typing = (element) =>
    element.closest("input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea, [contenteditable]");
  const acting = (element) => element.closest("a, button, summary");

  const act = (event) => {
    const option = /^[1-9]$/.test(event.key) && options(event.target)[Number(event.key) - 1];
    if (option) {
      option.focus();
      option.click();
    } else if (event.key === "Enter" && form && !event.repeat && !acting(event.target)) {
      form.requestSubmit();
    } else if (event.key === "n" && !event.repeat && document.querySelector("[data-press=n]")) {
      document.querySelector("[data-press=n]").click();
    } else if (event.key === "?" && help) {
      help.showModal();
    } else {
      return;
    }
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (typing(event.target) || (help && help.open)) return;
    act(event);
  });
  for (const link of help ? document.querySelectorAll("[data-keys-help]") : []) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      help.showModal();
    });
  }
})();
