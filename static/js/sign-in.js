// A button beside each password that shows what was typed. Without scripts it is not there.
for (const box of document.querySelectorAll("input[type=password]")) {
  const label = document.querySelector("#reveal-words");
  if (!label) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-plain";
  button.textContent = label.dataset.show;
  button.setAttribute("aria-controls", box.id);
  button.setAttribute("aria-pressed", "false");
  const row = document.createElement("div");
  row.className = "d-flex gap-2";
  box.replaceWith(row);
  row.append(box, button);
  button.addEventListener("click", () => {
    const shown = box.type === "text";
    box.type = shown ? "password" : "text";
    button.textContent = shown ? label.dataset.show : label.dataset.hide;
    button.setAttribute("aria-pressed", String(!shown));
    box.focus();
  });
}
