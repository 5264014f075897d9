// What happens within the page: cards are parsed, rendered, looked at and used, with
// Microsoft's renderer. Nothing here knows what a card is about.
const AC = AdaptiveCards;
let hostConfig;
const markdown = window.markdownit({ linkify: true });
AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

window.setHost = (config) => { hostConfig = new AC.HostConfig(config); };

const registryWithout = (name) => {
  const registry = new AC.CardObjectRegistry();
  AC.GlobalRegistry.populateWithDefaultActions(registry);
  registry.unregister(name);
  return registry;
};

// open parses and renders a card; what the renderer complains of goes to say.
function open(json, width, say, registry) {
  // The renderer's own pattern remembers where it stopped (it has the flag g), and would
  // refuse every second card's language.
  AC.CardElement.langProperty.regEx.lastIndex = 0;
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  if (registry) context.setActionRegistry(registry);
  const card = new AC.AdaptiveCard();
  card.hostConfig = hostConfig;
  card.version = AC.Versions.v1_5;
  card.parse(structuredClone(json), context);
  for (let i = 0; i < context.eventCount; i++) {
    const e = context.getEventAt(i);
    // An old client knows no Action.Execute, and so no refresh: that is the point.
    if (registry && (e.event === AC.ValidationEvent.UnknownActionType || e.message.includes('"action" must be set'))) continue;
    say(`parse: ${AC.ValidationEvent[e.event]}: ${e.message}`);
  }
  for (const e of card.validateProperties().validationEvents) say(`validation: ${AC.ValidationEvent[e.event]}: ${e.message}`);
  const host = document.createElement("div");
  host.className = "teams-card host";
  host.style.width = width + "px";
  const rendered = card.render();
  if (!rendered) { say("nothing was rendered"); return { card, host }; }
  host.appendChild(rendered);
  document.getElementById("room").appendChild(host);
  card.updateLayout();
  return { card, host, rendered };
}

function cardOf(action) {
  let e = action.parent;
  while (e && !(e instanceof AC.AdaptiveCard)) e = e.parent;
  return e;
}

// Every action, those of inner cards with the buttons that open them.
function allActions(card, opened = []) {
  return card.getAllActions().filter((action) => cardOf(action) === card).flatMap((action) => action instanceof AC.ShowCardAction
    ? [{ action, opened }, ...allActions(action.card, [...opened, action])] : [{ action, opened }]);
}

function walk(element, visit) {
  visit(element);
  for (let i = 0; element.getItemCount && i < element.getItemCount(); i++) walk(element.getItemAt(i), visit);
}

const cards = (card) => [card, ...allActions(card).map((a) => a.action).filter((a) => a instanceof AC.ShowCardAction).map((a) => a.card)];

// activate presses a button, be it in sight or in the menu behind "…".
function activate(action) {
  if (action.renderedElement) return action.renderedElement.click();
  const more = [...(action.parent?.renderedElement?.querySelectorAll("button") ?? [])].find((b) => b.innerText.trim() === "...");
  more?.click();
  const item = [...document.querySelectorAll(".ac-ctrl-dropdown-item")].find((n) => n.innerText.trim() === action.title);
  if (!item) throw new Error("nothing to press");
  item.dispatchEvent(new MouseEvent("mouseup", { bubbles: true })); // which is what it answers to
}

const isOpen = (show) => Boolean(show.card.renderedElement?.isConnected && visible(show.card.renderedElement));

// unfold shows what is behind buttons and what is hidden.
function unfold(card) {
  walk(card, (e) => { if (!e.isVisible) e.isVisible = true; }); // a button in what is hidden opens nothing
  for (const { action } of allActions(card)) {
    if (action instanceof AC.ShowCardAction && !isOpen(action)) activate(action);
  }
  for (const one of cards(card)) walk(one, (e) => { if (!e.isVisible) e.isVisible = true; });
  card.updateLayout();
}

const visible = (node) => node.checkVisibility();
const brief = (node) => `${node.tagName.toLowerCase()}.${String(node.className).split(" ")[0]} "${(node.innerText || node.value || "").trim().slice(0, 50)}"`;

// A button such as "Agreed: Consult the manager before Stage 2" says first what it does;
// what it is about stands above it.
const saysFirst = (node) => node.closest("button") && node.innerText.indexOf(": ") > 0 && node.innerText.indexOf(": ") <= 26;

// fits finds what stands out of the card sideways, or is cut. A button that only opens a
// part of the card may be: what it opens says it in full.
function fits(card, host, say) {
  for (const { action } of allActions(card)) {
    if (!(action instanceof AC.SubmitActionBase || action instanceof AC.ExecuteAction)) action.renderedElement?.setAttribute("data-opens", "");
  }
  const edge = host.getBoundingClientRect();
  if (host.scrollWidth > host.clientWidth) say(`the card is ${host.scrollWidth} wide in ${host.clientWidth}`);
  for (const node of host.querySelectorAll("*")) {
    if (!visible(node)) continue;
    const box = node.getBoundingClientRect();
    if (box.width > 0 && (box.right > edge.right + 1 || box.left < edge.left - 1)) say(`stands out of the card: ${brief(node)}`);
    const style = getComputedStyle(node);
    if (style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1 && !["SELECT", "INPUT"].includes(node.tagName)
      && !node.closest("[data-opens]") && !saysFirst(node)) say(`is cut: ${brief(node)}`);
  }
}

function named(node) {
  const by = (node.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.innerText || "").join(" ");
  return (by || node.getAttribute("aria-label") || [...(node.labels || [])].map((l) => l.innerText).join(" ")).trim();
}

// readable finds what a screen reader or an eye would miss.
function readable(card, host, say) {
  for (const one of cards(card)) walk(one, (e) => {
    if (e instanceof AC.TextBlock) {
      const node = e.renderedElement;
      if (!node || !node.innerText.trim()) return say(`an empty text: ${JSON.stringify(e.text)}`);
      if (e.style === "heading" && (node.getAttribute("role") !== "heading" || !node.getAttribute("aria-level"))) say(`no heading to a screen reader: ${brief(node)}`);
      if (node.querySelector("a, em, strong, ul, ol, h1, h2, h3, code, img, blockquote, hr, table, br")) say(`read as markdown: ${brief(node)}`);
    }
    if (e instanceof AC.Input) {
      if (!e.renderedElement) return say(`an input that cannot be reached: ${e.id}`);
      const controls = e.renderedElement.querySelectorAll("input, textarea, select");
      if (!controls.length) say(`an input without a control: ${e.id}`);
      for (const control of controls) if (!named(control)) say(`an input without a name: ${e.id}`);
      if (!e.renderedElement.closest(".ac-input-container, .host").innerText.includes(e.label)) say(`a label that is not shown: ${e.id}`);
    }
  });
  for (const button of host.querySelectorAll("button")) {
    if (visible(button) && !(button.innerText.trim() || named(button))) say("a button without a name");
  }
}

const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const rgba = (css) => { const n = css.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);

function behind(node) {
  const layers = [];
  for (; node; node = node.parentElement) {
    const colour = rgba(getComputedStyle(node).backgroundColor);
    if (colour[3] > 0) layers.unshift(colour);
    if (colour[3] === 1) break;
  }
  return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}

// leastContrast is WCAG 2.2's for texts (1.4.3).
const leastContrast = 4.5;

// isRenderersOwn: no card can choose the colour of the mark of an input that must be filled in, of the
// text under an input that was refused (which nobody sees here), and of a button that is open.
const isRenderersOwn = (text) => text.data.trim() === "*" || text.parentElement.closest(".ac-pushButton.expanded") !== null;

// contrast is the lowest ratio of the texts on a card, with an example. say is told of each text of the
// card's own that is hard to read.
function contrast(host, say) {
  let worst = { ratio: 21 };
  const texts = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const node = text.parentElement;
    if (!text.data.trim() || !visible(node)) continue;
    const back = behind(node), front = over(rgba(getComputedStyle(node).color), back);
    const [a, b] = [luminance(front), luminance(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (isRenderersOwn(text)) continue;
    if (ratio < worst.ratio) worst = { ratio, what: brief(node) };
    if (ratio < leastContrast) say(`contrast ${ratio.toFixed(2)}, less than ${leastContrast}: ${brief(node)}`);
  }
  return worst;
}

const day = (text) => new Date(text + "T00:00:00Z");

// fill types something into an input as a person would, and gives what it should send.
function fill(input) {
  const set = (node, value) => {
    node.value = value;
    for (const kind of ["input", "change"]) node.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  if (!input.renderedElement) throw new Error(`no way to the input ${input.id}`);
  const control = input.renderedElement.querySelector("input, textarea, select");
  if (input instanceof AC.DateInput) {
    const value = input.min || input.max || "2026-05-04";
    set(control, value);
    return value;
  }
  if (input instanceof AC.ChoiceSetInput) {
    const choices = input.choices.map((c) => c.value);
    if (!input.isMultiSelect && control.tagName === "SELECT") {
      control.selectedIndex = [...control.options].findIndex((o) => o.value === choices.at(-1));
      control.dispatchEvent(new Event("change", { bubbles: true }));
      return choices.at(-1);
    }
    const boxes = [...input.renderedElement.querySelectorAll("input")];
    const wanted = input.isMultiSelect ? choices.slice(0, 2) : choices.slice(-1);
    for (const box of boxes) if (box.checked !== wanted.includes(box.value)) box.click();
    return wanted.join(",");
  }
  const value = "Typed, with “quotes” & <b>".slice(0, input.maxLength || 100);
  set(control, value);
  return value;
}

// use presses every button: it must not send while something required is empty, and
// must send everything once it is filled.
function use(json, kind, registry, say, pressed) {
  const { card, host } = open(json, 640, say, registry);
  let sent = [];
  card.onExecuteAction = (action) => sent.push(action);
  walk(card, (e) => { if (!e.isVisible && e instanceof AC.Container) e.isVisible = true; });
  const press = (action, opened) => {
    for (const outer of opened) if (!isOpen(outer)) activate(outer);
    sent = [];
    try { activate(action); } catch { return false; }
    return true;
  };
  const buttons = allActions(card).filter(({ action }) => action instanceof AC.SubmitActionBase || action instanceof AC.ExecuteAction);
  for (const { action, opened } of buttons) {
    const inputs = Object.values(action.getReferencedInputs?.() ?? {}).concat(inputsFor(card, opened));
    const dialog = action.data?.msteams?.type === "task/fetch"; // a dialog is opened by Action.Submit
    const missing = action.associatedInputs !== "none" && inputs.some((input) => input.isRequired && !input.isSet());
    if (!press(action, opened)) { say(`not to be pressed: ${action.title}`); continue; }
    if (missing && sent.length) say(`was sent with something required left empty: ${action.title}`);
    if (action.getJsonTypeName() !== kind && !dialog) say(`is an ${action.getJsonTypeName()}, not an ${kind}: ${action.title}`);
  }
  const filled = {};
  for (const one of cards(card)) for (const input of one.getAllInputs(false)) filled[input.id] = fill(input);
  for (const { action, opened } of buttons) {
    const own = structuredClone(action.toJSON().data);
    for (const key of Object.keys(filled)) delete own[key];
    press(action, opened);
    if (sent.length !== 1 || sent[0] !== action) { say(`was not sent: ${action.title} (${sent.length})`); continue; }
    const ids = new Set(action.associatedInputs === "none" ? [] : inputsFor(card, opened).map((i) => i.id));
    pressed.push({ title: action.title, own, sent: structuredClone(action.data),
      filled: Object.fromEntries(Object.entries(filled).filter(([id]) => ids.has(id))) });
  }
  for (const { action, opened } of allActions(card)) {
    if (!(action instanceof AC.ToggleVisibilityAction)) continue;
    const target = [...action.getTargetElements?.() ?? Object.keys(action.targetElements)][0];
    const element = card.getElementById(target) || cards(card).map((c) => c.getElementById(target)).find(Boolean);
    const before = element?.isVisible;
    press(action, opened);
    if (!element || element.isVisible === before) say(`shows nothing: ${action.title}`);
  }
  host.remove();
}

// inputsFor are the inputs that a button sends: of its own card and those around it.
function inputsFor(card, opened) {
  return [card, ...opened.map((a) => a.card)].flatMap((one) => one.getAllInputs(false));
}

// look renders one card at one width, closed and unfolded, and says what is wrong.
// Widths and names do not depend on the theme: they are looked at once, in full.
window.look = (json, width, full) => {
  const found = [], say = (what) => found.push(what);
  const { card, host, rendered } = open(json, width, say);
  let closed = 0, inSight = 0;
  if (rendered) {
    if (full) fits(card, host, say);
    closed = host.getBoundingClientRect().height;
    inSight = [...host.querySelectorAll(".ac-pushButton")].filter((b) => b.offsetParent && b.innerText !== "...").length;
    unfold(card);
    if (full) {
      fits(card, host, (what) => say("unfolded: " + what));
      readable(card, host, say);
    }
  }
  const least = rendered ? contrast(host, say) : { ratio: 0 };
  host.remove();
  return { found: [...new Set(found)], contrast: least, closed: Math.round(closed), inSight };
};

// In a dialog only Action.Submit works; elsewhere it stands in for Action.Execute.
window.press = (json, dialog) => {
  const found = [], pressed = [];
  const say = (what) => found.push(what);
  try {
    if (dialog) return use(json, "Action.Submit", undefined, say, pressed), { found, pressed };
    use(json, "Action.Execute", undefined, say, pressed);
    use(json, "Action.Submit", registryWithout("Action.Execute"), (what) => say("old client: " + what), pressed);
  } catch (e) {
    say(e.message);
  }
  return { found: [...new Set(found)], pressed };
};

// hang puts cards side by side for a photograph.
window.hang = (list, width, open_) => {
  const room = document.getElementById("room");
  room.replaceChildren();
  for (const { caption, json } of list) {
    const { card, host } = open(json, width, () => {});
    if (open_) unfold(card);
    const frame = document.createElement("figure");
    frame.style.width = width + "px";
    const title = document.createElement("figcaption");
    title.textContent = caption;
    host.replaceWith(frame);
    frame.append(title, host);
  }
  return [...room.children].map((f) => f.getBoundingClientRect().height);
};

// only leaves those in sight.
window.only = (from, to) => {
  [...document.getElementById("room").children].forEach((f, i) => { f.style.display = i >= from && i < to ? "" : "none"; });
};
