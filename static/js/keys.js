// Answer by keyboard: a digit chooses the option that shows it, Enter continues, `n` takes the next part, `?` lists the
// keys. Silent while somebody types.
(() => {
  const form = document.querySelector("form[data-keys]");
  const help = document.querySelector("dialog#keys");
  const options = form ? [...form.querySelectorAll(".choice input")] : [];

  const typing = (element) =>
    element.closest("input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea, [contenteditable]");
  const acting = (element) => element.closest("a, button, summary");

  const act = (event) => {
    const option = options[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && option) {
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
