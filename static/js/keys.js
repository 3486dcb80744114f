// Answer by keyboard: a digit chooses the option that shows it, Enter continues. Silent while somebody types.
(() => {
  const form = document.querySelector("form[data-keys]");
  if (!form) return;
  const options = [...form.querySelectorAll(".choice input")];

  const typing = (element) =>
    element.closest("input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea, [contenteditable]");
  const acting = (element) => element.closest("a, button, summary");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (typing(event.target)) return;
    const option = options[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && option) {
      event.preventDefault();
      option.focus();
      option.click();
    } else if (event.key === "Enter" && !event.repeat && !acting(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
})();
