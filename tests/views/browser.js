// Opens the pages that are named in a plan, does what a reader does, and says what it found.
// node browser.js <folder of node_modules> <chromium> <plan.json>: prints JSON.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, executablePath, planned] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');

// What the page looks like now, measured in it.
function measure() {
  const seen = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('title, script, style, .skip') || !seen(parent)) continue;
    if (getComputedStyle(parent.closest('thead') || parent).position === 'absolute') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    // Letters, not the room between lines: a third of a line's height is above and below them.
    for (const each of range.getClientRects()) {
      const rim = each.height / 3;
      boxes.push([each.left, each.top + rim, each.right, each.bottom - rim, node.data.trim()]);
    }
  }
  boxes.sort((one, two) => one[1] - two[1]);
  const overlaps = [];
  for (let at = 0; at < boxes.length; at++) {
    for (let next = at + 1; next < boxes.length && boxes[next][1] < boxes[at][3] - 0.5; next++) {
      const [one, two] = [boxes[at], boxes[next]];
      if (one[0] < two[2] - 0.5 && two[0] < one[2] - 0.5) overlaps.push([one[4], two[4]]);
    }
  }
  const width = document.documentElement.clientWidth;
  const svg = (id, what) => Array.from(document.querySelectorAll(`#chart-${id} ${what}`));
  return {
    overlaps: overlaps.slice(0, 10),
    texts: boxes.length,
    outside: boxes.filter((each) => each[2] > width + 0.5 || each[0] < -0.5).map((each) => each[4]).slice(0, 10),
    sideways: document.documentElement.scrollWidth - width,
    charts: Object.fromEntries(Array.from(document.querySelectorAll('figure'), (figure) => {
      const id = figure.id.replace('chart-', '');
      const tall = figure.querySelector('svg.plot, svg.track').getBoundingClientRect();
      return [id, {
        size: [Math.round(tall.width), Math.round(tall.height)],
        titles: svg(id, 'title').map((each) => each.textContent),
        bars: svg(id, '.bar').map((each) => {
          const box = each.getBoundingClientRect();
          return [box.width / tall.width, box.height];
        }),
        lines: svg(id, 'polyline').map((each) => Array.from(each.points, (point) => point.y)),
        ticks: svg(id, '.axis text').map((each) => each.textContent),
      }];
    })),
  };
}

// The first words of the sessions that are shown, in their order.
function order() {
  return Array.from(document.querySelectorAll('#sessions tbody tr'))
    .filter((row) => row.getClientRects().length)
    .map((row) => row.querySelector('small').textContent.split(',')[0]);
}

async function steps(page, wanted) {
  const said = [];
  const head = (name) => page.getByRole('columnheader', { name }).getByRole('button');
  for (const [what, value] of wanted) {
    if (what === 'click') await head(value).click();
    else if (what === 'key') { await head(value).focus(); await page.keyboard.press('Enter'); }
    else if (what === 'search') await page.getByRole('searchbox').fill(value);
    else if (what === 'all') await page.getByRole('button', { name: value }).click();
    else if (what === 'tab') await page.keyboard.press('Tab');
    said.push({
      order: await page.evaluate(order),
      sorted: await page.evaluate(() => Array.from(
        document.querySelectorAll('#sessions th[aria-sort]'),
        (each) => [each.textContent, each.getAttribute('aria-sort')])),
      found: await page.evaluate(() => (document.getElementById('found') || {}).textContent),
      items: await page.evaluate(() => Array.from(document.querySelectorAll('ul.items > li'))
        .filter((each) => each.getClientRects().length).length),
      focus: await page.evaluate(() => document.activeElement.outerHTML.slice(0, 60)),
    });
  }
  return said;
}

async function visit(browser, each) {
  const begun = Date.now();
  const context = await browser.newContext({
    viewport: { width: each.width, height: 800 }, colorScheme: each.scheme || 'light',
    javaScriptEnabled: each.script !== false, bypassCSP: Boolean(each.axe),
  });
  const page = await context.newPage();
  const said = { console: [], requests: [] };
  page.on('console', (message) => said.console.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.console.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { said.console.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => said.requests.push(request.url()));
  if (each.media) await page.emulateMedia({ media: each.media, colorScheme: each.scheme || 'light' });
  await page.goto(each.url, { waitUntil: 'load' });
  said.visible = await page.locator('.search').filter({ visible: true }).count();
  if (each.open) {
    await page.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
  }
  said.measured = await page.evaluate(measure);
  said.steps = await steps(page, each.steps || []);
  said.ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (each.axe) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    said.violations = found.violations.map(
      (it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(' | ')}`);
    said.passes = found.passes.length;
  }
  if (each.pdf) said.pdf = (await page.pdf({ format: 'A4' })).length;
  await context.close();
  if (process.env.BROWSER_TIMES) console.error(each.name, Date.now() - begun);
  return said;
}

(async () => {
  const browser = await chromium.launch({
    executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const found = {};
  for (const each of JSON.parse(fs.readFileSync(planned, 'utf8'))) {
    found[each.name] = await visit(browser, each);
  }
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
