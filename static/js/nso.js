// What makes the pages better when scripts run. Nothing here is needed to do the work: every element is a link, a form
// or a <details> first.
(() => {
  "use strict";
  const root = document.documentElement;
  root.dataset.js = "";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Menus -----------------------------------------------------------------------------------------------------------
  addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  const closeMenu = () => {
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return false;
    menu.open = false;
    menu.querySelector("summary").focus();
    return true;
  };

  // The side bar and the filters on small screens: links to a place on the page that open it where it stands.
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-menu], [data-toggle]");
    if (!link) return;
    const target = document.querySelector(link.getAttribute("href"));
    if (!target) return;
    event.preventDefault();
    const open = target.classList.toggle("open");
    link.setAttribute("aria-expanded", open);
    if (open) target.querySelector("a, summary, input")?.focus();
  });

  // The dialog: a link with data-dialog shows its page over this one ----------------------------------------------------
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  const openDialog = async (url) => {
    let answer;
    try {
      answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": "dialog-body" } });
    } catch {
      location.assign(url);
      return;
    }
    if (!answer.ok || answer.redirected || answer.status === 204) {
      location.assign(url);
      return;
    }
    body.innerHTML = await answer.text();
    window.htmx?.process(body);
    improve(body);
    if (!dialog.open) dialog.showModal();
    firstEmpty(body)?.focus();
  };
  const firstEmpty = (within) => {
    const fields = all("input:not([type=hidden]), select, textarea", within).filter((field) => field.offsetParent !== null);
    return fields.find((field) => !field.value || (field.type === "radio" && !field.checked)) || fields[0];
  };
  if (dialog) {
    addEventListener("click", (event) => {
      const link = event.target.closest("a[data-dialog]");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
        event.preventDefault();
        openDialog(link.href);
      } else if (event.target.closest("[data-close]")) {
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => document.querySelector("[data-dialog][data-key]")?.focus({ preventScroll: true }));
  }

  // Single keys: only outside text fields, and only when the account has them on ----------------------------------------
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  let going = 0;
  const rows = () => all("[data-rows] tbody tr");
  const walk = (step) => {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex((row) => row.contains(document.activeElement));
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    (next.querySelector("th a, td a") || next.querySelector("a, input"))?.focus();
  };
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form[method=post]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.key === "Escape" && closeMenu()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!("keys" in document.body.dataset) || typing(event.target) || dialog?.open) {
      channelKey(event);
      return;
    }
    const key = event.key.toLowerCase();
    if (Date.now() - going < 1500 && key !== "g") {
      going = 0;
      const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (place) {
        event.preventDefault();
        location.assign(place.href);
        return;
      }
    }
    const acts = {
      "/": () => document.querySelector("[data-search]")?.focus(),
      "?": () => openHelp(),
      g: () => { going = Date.now(); },
      j: () => walk(1),
      k: () => walk(-1),
      x: () => document.activeElement.closest?.("[data-rows] tr")?.querySelector("input[name=ids]")?.click(),
    };
    const link = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (acts[key]) {
      event.preventDefault();
      acts[key]();
    } else if (link) {
      event.preventDefault();
      if (link.matches("input, textarea, select")) link.focus();
      else link.click();
    }
  });
  const openHelp = () => {
    const help = document.querySelector("[data-keys-help]");
    if (help && dialog) openDialog(help.href);
  };
  // In the dialog the digits choose among the first segments (the channel of a contact).
  const channelKey = (event) => {
    if (!dialog?.open || typing(event.target) || !/^[1-9]$/.test(event.key)) return;
    const option = all(".seg", dialog)[0]?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (option) {
      event.preventDefault();
      option.click();
      option.focus();
    }
  };

  // Notices: eight seconds, unless somebody reads them -------------------------------------------------------------------
  const toast = (notice) => {
    const close = () => notice.remove();
    let timer = setTimeout(close, 8000);
    const wait = () => clearTimeout(timer);
    const go = () => { wait(); timer = setTimeout(close, 8000); };
    notice.addEventListener("mouseenter", wait);
    notice.addEventListener("mouseleave", go);
    notice.addEventListener("focusin", wait);
    notice.addEventListener("focusout", go);
    const button = notice.querySelector(".btn-x");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", close);
    }
  };

  // Lists: how many rows are chosen -----------------------------------------------------------------------------------
  const countChosen = () => {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const boxes = all("input[name=ids]");
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr")?.setAttribute("aria-selected", box.checked));
    const every = bar.querySelector("[data-pick-everything]")?.checked;
    bar.hidden = !chosen.length && !every;
    const words = bar.querySelector("[data-bulk-count]");
    words.dataset.words ??= words.textContent;
    words.textContent = `${words.dataset.words} ${every ? bar.dataset.total : chosen.length}`;
    const everything = document.querySelector("[data-pick-all]");
    if (everything) {
      everything.checked = chosen.length === boxes.length;
      everything.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
  };
  addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) all("input[name=ids]").forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-pick-all], [data-pick-everything], input[name=ids]")) countChosen();
  });
  // The browser empties the boxes after the event.
  addEventListener("reset", (event) => { if (event.target.matches("[data-bulk]")) setTimeout(countChosen); });

  // Choosing one of many: the box that suggests while typing --------------------------------------------------------------
  let library;
  const tomSelect = () => {
    library ??= new Promise((done, failed) => {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = document.body.dataset.tomCss;
      const own = document.querySelector('link[href*="css/nso"]');
      own ? own.before(style) : document.head.append(style);
      const script = document.createElement("script");
      script.src = document.body.dataset.tomJs;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  };
  const pick = async (box) => {
    await tomSelect();
    if (!box.isConnected || box.querySelector("select")) return;
    const many = "many" in box.dataset;
    const select = document.createElement("select");
    const input = box.querySelector("input[name$='-find']");
    const label = box.closest("fieldset")?.querySelector("legend")?.firstChild?.textContent.trim() || "";
    select.name = box.dataset.name;
    select.multiple = many;
    select.id = `${input.id}_pick`;
    select.setAttribute("aria-label", label);
    if (!many) select.append(new Option("", ""));
    all("input:checked", box).forEach((chosen) => {
      if (chosen.value) select.append(new Option(chosen.dataset.text || chosen.closest("label").textContent.trim(), chosen.value, true, true));
    });
    const typed = input.value;
    const hadFocus = box.contains(document.activeElement);
    const invalid = input.getAttribute("aria-invalid");
    box.replaceChildren(select);
    const chooser = new TomSelect(select, {
      plugins: many ? ["remove_button"] : [],
      valueField: "value", labelField: "text", searchField: [], maxOptions: 40, create: false, hidePlaceholder: true,
      openOnFocus: true, preload: "focus", loadThrottle: 150, closeAfterSelect: !many,
      refreshThrottle: 0, // a list that opens later would cover what the reader went on to
      score: () => () => 1,
      load: (query, done) => {
        fetch(`${box.dataset.pick}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
          .then((answer) => answer.json())
          .then((found) => { chooser.clearOptions((option) => chooser.items.includes(option.value)); done(found.matches); })
          .catch(() => done());
      },
      onItemAdd() { this.setTextboxValue(""); this.refreshOptions(false); },
      render: {
        option: (option, escape) => `<div>${escape(option.text)}${option.detail ? `<small class="d-block t-3">${escape(option.detail)}</small>` : ""}</div>`,
        item: (option, escape) => `<div>${escape(option.text)}</div>`,
        no_results: (_data, escape) => `<div class="no-results">${escape(box.dataset.none)}</div>`,
      },
    });
    // Options that arrive after the reader went on to another field must not take the reader back.
    const focus = chooser.focus.bind(chooser);
    chooser.focus = () => {
      if (document.activeElement === document.body || box.contains(document.activeElement)) focus();
    };
    select.setAttribute("aria-hidden", "true");
    chooser.control_input.setAttribute("aria-label", label);
    if (invalid) chooser.control_input.setAttribute("aria-invalid", invalid);
    chooser.control_input.id ||= input.id;
    if (typed) chooser.setTextboxValue(typed);
    if (hadFocus) chooser.focus();
  };

  // Forms -----------------------------------------------------------------------------------------------------------------
  // A second press of the button does nothing; when the reader comes back by the browser's button it works again.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  const again = () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; form.removeAttribute("aria-busy"); });
  addEventListener("pageshow", again);
  addEventListener("htmx:afterRequest", again);

  // Whoever goes back to a page and presses its button again sends the same form once more, not a second one.
  const formKey = document.querySelector("main form input[name=form_key]");
  if (formKey && history.state?.formKey) formKey.value = history.state.formKey;
  else if (formKey) history.replaceState({ ...history.state, formKey: formKey.value }, "");

  const counter = (field) => {
    const most = field.maxLength;
    if (most < 100 || field.type === "search" || field.dataset.counted || !field.matches("textarea, .form-control")) return;
    field.dataset.counted = "1";
    const words = document.createElement("p");
    words.className = "xs t-3 mb-0";
    words.hidden = true;
    field.after(words);
    field.addEventListener("input", () => {
      const left = most - field.value.length;
      words.hidden = left > most * 0.2;
      words.textContent = `${field.value.length} / ${most}`;
    });
  };

  // A long form saves its draft on the server a moment after each change, and at once when its tab or dialog is left.
  const kept = (form) => {
    const note = form.querySelector("[data-kept-note]");
    let timer = 0;
    let sending = null;
    const save = async (leaving) => {
      clearTimeout(timer);
      timer = 0;
      // A form that came back with errors has taken this one's place, and what it holds is newer.
      if (!form.isConnected) return;
      const typed = new FormData(form);
      [...typed.entries()].forEach(([name, value]) => { if (value instanceof File) typed.delete(name); });
      typed.set("draft-act", "quietly");
      sending = new AbortController();
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new URLSearchParams(typed), redirect: "manual", keepalive: leaving,
          signal: leaving ? undefined : sending.signal,
        });
        if (answer.type === "opaqueredirect") note.textContent = note.dataset.signedOut;
        else note.textContent = answer.ok ? await answer.text() : note.dataset.failed;
      } catch (error) {
        if (error.name === "AbortError") return;
        note.textContent = note.dataset.failed;
        timer = setTimeout(save, 10000);
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1500);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      timer = 0;
      sending?.abort();
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden && timer) save(true); });
    form.closest("dialog")?.addEventListener("close", () => { if (timer) save(true); }, { once: true });
  };

  const improve = (within) => {
    all("form[data-kept]", within).forEach(kept);
    all("[data-toast]", within).forEach(toast);
    all("[data-pick]", within).forEach(pick);
    all("textarea[maxlength], input[maxlength]", within).forEach(counter);
    (within.querySelector(".err-sum[data-focus]") || within.querySelector("[data-focus]"))?.focus();
    countChosen();
  };
  improve(document);
  addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) improve(event.detail.elt); });

  all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });

  // Print: the tables behind the charts are printed too --------------------------------------------------------------------
  addEventListener("beforeprint", () => all("details[data-twin]").forEach((twin) => { twin.dataset.was = twin.open; twin.open = true; }));
  addEventListener("afterprint", () => all("details[data-twin]").forEach((twin) => { twin.open = twin.dataset.was === "true"; }));
})();
