// Opens cards in Microsoft's renderer, in light and dark and on a narrow screen, holds
// them against Microsoft's types, and writes what was found, what was pressed and
// screenshots: node check.mjs COLLECTED OUT CHROMIUM
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const [collected, out, browserPath] = process.argv.slice(2);
const findings = [];
const find = (card, where, what) => findings.push(`${card.file} [${where}] ${what}`);

// The stories' cards, and the ones that the package cards agreed on.
function gather() {
  const all = [];
  for (const ladder of readdirSync(collected).sort()) {
    for (const name of readdirSync(join(collected, ladder)).sort()) {
      const page = JSON.parse(readFileSync(join(collected, ladder, name)));
      all.push({ file: `${ladder}/${name}`, ladder, kind: page.kind, shows: page.shows ?? [], json: page.card });
    }
  }
  const agreed = join(here, "../../cards/testdata");
  for (const name of readdirSync(agreed).filter((n) => n.endsWith(".json")).sort()) {
    all.push({ file: `agreed/${name}`, ladder: "agreed", kind: name.replace(".json", ""), shows: [], json: JSON.parse(readFileSync(join(agreed, name))) });
  }
  return all;
}

// typecheck compiles each card as a literal of Microsoft's type.
function typecheck(all) {
  const dir = join(modules, ".types"); // where the compiler finds the package
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  const per = 50;
  for (let i = 0; i < all.length; i += per) {
    const cards = all.slice(i, i + per).map((c, n) => `/* ${c.file} */ export const c${n} = ${JSON.stringify(c.json)} satisfies IAdaptiveCard;`);
    writeFileSync(join(dir, `cards${i / per}.ts`), `import type { IAdaptiveCard } from "@microsoft/teams.cards";\n${cards.join("\n")}\n`);
  }
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({
    compilerOptions: { strict: true, exactOptionalPropertyTypes: true, noEmit: true, module: "esnext", moduleResolution: "bundler", target: "es2022", types: [] },
    include: ["*.ts"],
  }));
  const tsc = spawnSync(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", dir, "--pretty", "false"], { encoding: "utf8", maxBuffer: 1 << 28 });
  for (const line of (tsc.stdout + tsc.stderr).split("\n")) {
    const at = line.match(/cards(\d+)\.ts\((\d+),/);
    if (at) find(all[at[1] * per + (at[2] - 2)], "types", line.replace(/^.*?: error /, ""));
    else if (line.trim() && !line.startsWith(" ")) find({ file: "tsc" }, "types", line);
  }
  if (tsc.status !== 0 && !findings.length) find({ file: "tsc" }, "types", `ended with ${tsc.status}`);
}

const themes = { light: "#F6F6F6", dark: "#201E1F" };

async function openPage(browser, theme) {
  const page = await browser.newPage({ locale: "en-GB", timezoneId: "Europe/London", viewport: { width: 1400, height: 900 } });
  page.said = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(e.message));
  await page.setContent(`<!doctype html><html lang="en-GB"><title>Cards</title><style>
    body { margin: 0; background: ${themes[theme]}; font: 14px "Segoe UI", "Noto Sans", sans-serif }
    #room { display: flex; flex-wrap: wrap; gap: 16px; padding: 16px; align-items: flex-start }
    figure { margin: 0 } figcaption { font-size: 12px; color: ${theme === "dark" ? "#ddd" : "#333"}; margin-bottom: 4px }
    .host { box-sizing: border-box } .ac-textBlock p { margin: 0 }
    </style><body><div id="room"></div></body></html>`);
  await page.addStyleTag({ path: join(modules, "adaptivecards/dist/adaptivecards.css") });
  await page.addStyleTag({ content: readFileSync(join(modules, `adaptivecards-designer/dist/containers/teams-container-${theme}.css`), "utf8") });
  await page.addScriptTag({ path: join(modules, "markdown-it/dist/markdown-it.min.js") });
  await page.addScriptTag({ path: join(modules, "adaptivecards/dist/adaptivecards.min.js") });
  await page.addScriptTag({ path: join(here, "page.js") });
  const config = JSON.parse(readFileSync(join(modules, `adaptivecards-designer/lib/hostConfigs/microsoft-teams-${theme}.json`)));
  await page.evaluate((c) => window.setHost(c), config);
  return page;
}

// mostHigh is how high a card is at 320 px, closed, with texts as people write them and nothing to
// put right.
const mostHigh = { respond: 1400, case: 1150, form: 1300 };

// mostInSight is how many buttons stand in sight on a card; the rest are behind the dots.
const mostInSight = 3;

// checkSize holds a card against these.
function checkSize(card, closed, inSight) {
  const text = JSON.stringify(card.json);
  const long = text.match(/"text":"[^"]{500,}"/), returned = /Please put right|I'w gywiro|"isVisible":true|"id":"more","items"/.test(text); // or half filled in
  const kind = card.file.startsWith("agreed/") ? card.kind.split("-")[0] : card.kind;
  if (closed > mostHigh[kind] && !long && !returned) find(card, "light 320", `it is ${closed} px high, more than ${mostHigh[kind]}`);
  if (inSight > mostInSight && !returned) find(card, "light 320", `${inSight} buttons are in sight, more than ${mostInSight}`);
}

// lookAt opens every card at each width of a theme.
async function lookAt(page, theme, all, widths) {
  let least = { ratio: 21 };
  for (let i = 0; i < all.length; i += 25) {
    const some = all.slice(i, i + 25);
    const seen = await page.evaluate(({ some, widths, full }) => some.map((json) => widths.map((w) => window.look(json, w, full))),
      { some: some.map((c) => c.json), widths, full: theme === "light" });
    seen.forEach((card, n) => card.forEach(({ found, contrast, closed, inSight }, w) => {
      if (theme === "light" && widths[w] === 320) checkSize(some[n], closed, inSight);
      for (const what of found) find(some[n], `${theme} ${widths[w]}`, what);
      if (contrast.ratio < least.ratio) least = { ...contrast, file: some[n].file };
    }));
    for (const said of page.said.splice(0)) find({ file: `${some[0].file} … ${some.at(-1).file}` }, theme, "console: " + said);
  }
  console.log(`${theme}: least contrast of a text ${least.ratio.toFixed(2)}: ${least.what} (${least.file})`);
}

// pressAll uses each set of inputs and buttons once, whatever texts stand around it.
async function pressAll(page, cards) {
  const lines = [], known = new Set();
  const parts = (node, into) => {
    if (Array.isArray(node)) for (const one of node) parts(one, into);
    else if (node && typeof node === "object") {
      if (/^(Input|Action)\./.test(node.type)) into.push([node.type, node.id, node.verb, node.title?.replace(/CH-\w+/, ""), node.isRequired, node.data && Object.keys(node.data), node.data?.inputs]);
      for (const [name, one] of Object.entries(node)) if (name !== "fallback" && name !== "choices") parts(one, into);
    }
    return into;
  };
  const all = cards.filter((c) => {
    const key = JSON.stringify(parts(c.json, []));
    return key !== "[]" && !known.has(key) && known.add(key);
  });
  for (let i = 0; i < all.length; i += 25) {
    const some = all.slice(i, i + 25);
    const done = await page.evaluate((some) => some.map(([json, dialog]) => window.press(json, dialog)), some.map((c) => [c.json, c.kind === "dialog"]));
    done.forEach(({ found, pressed }, n) => {
      for (const what of found) find(some[n], "pressed", what);
      for (const p of pressed) lines.push(JSON.stringify({ card: some[n].file, ...p }));
    });
    for (const said of page.said.splice(0)) find({ file: some[0].file + " …" }, "pressed", "console: " + said);
  }
  writeFileSync(join(out, "pressed.jsonl"), lines.join("\n") + "\n");
  return lines.length;
}

// photograph writes sheets of cards, as many side by side and below one another as can
// be read.
async function photograph(page, name, cards, width, open) {
  const list = cards.map((c) => ({ caption: `${c.kind}: ${c.shows.join(", ")} (${c.file})`, json: c.json }));
  const heights = await page.evaluate(({ list, width, open }) => window.hang(list, width, open), { list, width, open });
  const columns = Math.floor((1400 - 16) / (width + 16)), most = 2400;
  let count = 0;
  for (let from = 0; from < list.length; ) {
    let to = from, height = 0;
    do {
      height += Math.max(...heights.slice(to, to + columns));
      to += columns;
    } while (to < list.length && height + Math.max(...heights.slice(to, to + columns)) < most);
    await page.evaluate(({ from, to }) => window.only(from, to), { from, to });
    await page.screenshot({ path: join(out, `${name}-${++count}.png`), fullPage: true });
    from = to;
  }
}

const all = gather();
mkdirSync(out, { recursive: true });
for (const old of readdirSync(out).filter((n) => n.endsWith(".png"))) rmSync(join(out, old));
const started = Date.now();
const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
typecheck(all);
console.log(`types: ${all.length} cards compiled (${seconds()})`);

const browser = await chromium.launch({ executablePath: browserPath, args: ["--lang=en-GB", "--no-sandbox", "--force-color-profile=srgb"], env: { ...process.env, LANG: "en_GB.UTF-8", LANGUAGE: "en_GB" } });
let presses = 0;
try {
  // One picture of each kind, and of each thing that it can show, for every ladder.
  const pictures = new Map();
  for (const c of all) {
    const key = c.ladder === "agreed" ? c.file : `${c.ladder} ${c.kind} ${c.shows}`;
    if (!pictures.has(key)) pictures.set(key, c);
  }
  const ladders = [...new Set(all.map((c) => c.ladder))];
  await Promise.all(Object.keys(themes).map(async (theme) => {
    const page = await openPage(browser, theme);
    await lookAt(page, theme, all, theme === "light" ? [320] : [640]);
    if (theme === "light") presses = await pressAll(page, all);
    for (const ladder of ladders) {
      const mine = [...pictures.values()].filter((c) => c.ladder === ladder);
      await photograph(page, `${ladder}-${theme}`, mine, 640, false);
      if (theme === "light") await photograph(page, `${ladder}-320-open`, mine, 320, true);
    }
    await page.close();
  }));
} finally {
  await browser.close();
}

writeFileSync(join(out, "findings.txt"), findings.map((f) => f + "\n").join(""));
const sheets = readdirSync(out).filter((n) => n.endsWith(".png")).length;
const kinds = new Set(all.filter((c) => c.ladder !== "agreed").map((c) => c.kind));
console.log(`${all.length} cards: ${kinds.size} kinds on ${new Set(all.map((c) => c.ladder)).size - 2} ladders, ${presses} presses, ${sheets} sheets in ${out}, ${findings.length} findings (${seconds()})`);
for (const f of findings.slice(0, 40)) console.log("  " + f);
if (findings.length) process.exit(1);
