// The page as it is opened: docs/page/index.html from a file, in headless Chromium. Started by page/test/run.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { golden, hostile, random } from '../hashes.js';

const require = createRequire(process.env.SCORELAB_MODULES);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const file = fileURLToPath(new URL('../../../docs/page/index.html', import.meta.url));
const address = pathToFileURL(file).href;
const whole = process.env.SCORELAB_LENGTH === 'all';
const PATIENCE = 10; // a slow machine makes nothing fail: what takes longer than its budget is said, ten times as long fails

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.SCORELAB_BROWSER, args: ['--no-sandbox', '--js-flags=--expose-gc'] });
});
after(() => browser.close());

/** Opens the page in a fresh profile; answers the tab, with what went wrong in it and what it asked for. */
async function open(hash = '', { width = 1366, height = 768, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  const [errors, requests] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('dialog', (dialog) => { errors.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address + hash);
  await page.waitForFunction(() => document.documentElement.scorelab?.first);
  return { page, errors, requests, close: () => context.close() };
}

/** Lets a test use a page, which must end without an error. */
async function within(hash, options, use) {
  const tab = await open(hash, options);
  try {
    await use(tab.page, tab);
    assert.deepEqual(tab.errors, []);
  } finally {
    await tab.close();
  }
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const state = (page) => page.evaluate(() => document.documentElement.scorelab.state);
const shares = (page) => page.evaluate(() => document.documentElement.scorelab.frame.shares.map((share) => share?.value));
const set = async (page, patch) => {
  await page.evaluate((p) => document.documentElement.scorelab.set(p), patch);
  await settled(page);
};
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const budget = (what, value, most) => {
  console.log(`# ${what}: ${value.toFixed(1)} ms (budget ${most} ms)${value > most ? ', warning: more than on a quiet machine' : ''}`);
  assert.ok(value <= PATIENCE * most, `${what} took ${value} ms`);
};

test('no request leaves, and the first picture comes within a second', async () => {
  const firsts = [];
  for (let i = 0; i < 5; i++) {
    await within('', {}, async (page, { requests }) => {
      await set(page, { gamma: 7 });
      await page.waitForTimeout(300);
      assert.deepEqual(requests.filter((url) => url.split('#')[0] !== address), []);
      firsts.push(await page.evaluate(() => document.documentElement.scorelab.first));
    });
  }
  budget('first picture', median(firsts), 1000);
});

test('a script that was changed, and one that was added, do not run', async () => {
  const folder = `${process.env.SCORELAB_MODULES}changed`;
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(file, 'utf8');
  for (const [name, changed] of [
    ['changed', text.replace("'use strict';", "'use strict'; ")], ['added', text.replace('</body>', '<script>document.title = "bad"</script></body>')],
    ['image', text.replace('</body>', '<img src="https://example.invalid/x.png"></body>')],
  ]) {
    assert.notEqual(changed, text);
    writeFileSync(`${folder}/${name}.html`, changed);
    const page = await (await browser.newContext()).newPage();
    const refused = [];
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
    await page.goto(pathToFileURL(`${folder}/${name}.html`).href);
    await page.waitForTimeout(200);
    assert.ok(refused.length > 0, `${name}: nothing was refused`);
    assert.equal(await page.evaluate(() => document.title === 'bad'), false);
    assert.equal(await page.evaluate(() => Boolean(document.documentElement.scorelab)), name !== 'changed');
    await page.context().close();
  }
});

test('while γ is dragged, frames are computed in time', async () => {
  await within('', {}, async (page) => {
    const { times, frames, seconds } = await page.evaluate((length) => new Promise((done) => {
      const app = document.documentElement.scorelab;
      const [range, found] = [document.getElementById('gamma'), []];
      const began = performance.now();
      const tick = (now) => {
        if (now - began > length) return done({ times: found, frames: found.length, seconds: (now - began) / 1000 });
        range.value = String(500 + 499 * Math.sin((now - began) / 700));
        range.dispatchEvent(new Event('input'));
        requestAnimationFrame(() => { found.push(app.frame.milliseconds); requestAnimationFrame(tick); });
      };
      requestAnimationFrame(tick);
    }), whole ? 10000 : 3000);
    const sorted = [...times].sort((a, b) => a - b);
    console.log(`# ${frames} frames in ${seconds.toFixed(1)} s, drawn by software: ${(frames / seconds).toFixed(1)} a second; p95 ${sorted[Math.floor(0.95 * frames)].toFixed(1)} ms`);
    budget('a frame computed', median(times), 8);
  });
});

test('what is told are the shares of the library from the same z', async () => {
  await within('', {}, async (page) => {
    for (const { state: asked, shares: told } of golden.walked) {
      await set(page, asked);
      assert.deepEqual(await shares(page), told, JSON.stringify(asked));
    }
    await set(page, golden.walked[9].state);
    await page.waitForTimeout(400);
    const spoken = await page.textContent('#summary');
    const [target] = golden.walked[9].shares;
    assert.ok(spoken.includes(`target ${Math.round(100 * target)} %`), spoken);
    assert.equal(await page.textContent('.shares .value'), `${Math.round(100 * target)} %`);
  });
});

test('a learned field comes at once, its walks in slices, with its error', async () => {
  await within('', {}, async (page) => {
    const exact = await shares(page);
    for (const [source, most] of [['network', 0.1], ['classifier', 0.1]]) {
      const { milliseconds, told } = await page.evaluate((name) => new Promise((done) => {
        const app = document.documentElement.scorelab;
        const [began, seen] = [performance.now(), []];
        app.set({ source: name });
        const look = () => {
          if (app.state.source === name && app.frame.learned) seen.push(app.frame.done);
          if (seen[seen.length - 1] === 256) done({ milliseconds: performance.now() - began, told: seen });
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }), source);
      budget(`256 walks of a ${source}`, milliseconds, 2000);
      assert.ok(told[0] < 256, 'the field is there before the walks');
      await settled(page);
      const [error, badge] = await page.evaluate(() => [document.documentElement.scorelab.frame.error, document.querySelector('.badge').textContent]);
      assert.ok(error > 0.001 && error < most, `${source}: ${error}`);
      assert.ok(badge.endsWith(error.toFixed(2)), badge);
      (await shares(page)).forEach((share, i) => assert.ok(Math.abs(share - exact[i]) < 0.06, `${source}`));
    }
  });
});

test('a lecturer hides what is not wanted', async () => {
  await within('#v=1&hide=numbers,probe', {}, async (page) => {
    assert.equal(await page.locator('.section.numbers, .section.probe').count(), 0);
    assert.equal(await page.locator('.section.method').count(), 1);
  });
});

/** Drags the handle of this label by so many pixels. */
async function drag(page, selector, dx, dy) {
  const box = await page.locator(selector).first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
  await settled(page);
}

test('probe, start, component, width, point and line are dragged, and undone', async () => {
  await within('', {}, async (page) => {
    const unit = (await page.locator('#plane').boundingBox()).width / 8;
    const probe = await page.evaluate(() => document.documentElement.scorelab.frame.probe.x);
    await drag(page, '.handle.probe', -unit, unit);
    const moved = (await state(page)).probe;
    assert.ok(Math.hypot(moved[0] - probe[0] + 1, moved[1] - probe[1] + 1) < 0.05, `${probe} → ${moved}`);
    await drag(page, '.handle.z', unit, 0);
    assert.ok((await state(page)).z);
    await set(page, { kind: 'point' });
    await drag(page, '.handle.point', -unit, 0);
    assert.ok(Math.abs((await state(page)).point[0] - 0) < 0.05);
    await set(page, { kind: 'mask' });
    await drag(page, '.handle.mask', unit, 0);
    assert.ok(Math.abs((await state(page)).value - 2.2) < 0.05);
    await set(page, { kind: 'class' });
    await page.evaluate(() => document.documentElement.scorelab.edit());
    await settled(page);
    await drag(page, '.handle.mean', -unit, -unit / 2);
    await drag(page, '.handle.ring', unit / 2, 0);
    const [first] = (await state(page)).components;
    assert.ok(Math.hypot(first.mean[0] - 1, first.mean[1] - 2.5) < 0.05, `${first.mean}`);
    assert.ok(Math.abs(first.cov[0] - 0.25) < 0.03, `${first.cov}`);
    for (let i = 0; i < 20; i++) await page.evaluate(() => document.documentElement.scorelab.undo());
    await settled(page);
    assert.equal((await state(page)).components, null);
    assert.equal((await state(page)).probe, null);
  });
});

test('everything can be reached and moved by keys alone', async () => {
  await within('#v=1&y=point', {}, async (page) => {
    const names = new Set();
    for (let i = 0; i < 90; i++) {
      await page.keyboard.press('Tab');
      names.add(await page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent));
    }
    const controls = await page.evaluate(() => [...document.querySelectorAll('button, select, input:not([type=radio])')]
      .filter((e) => !e.disabled && e.offsetParent !== null).map((e) => e.getAttribute('aria-label') ?? (e.textContent || null)));
    for (const name of controls) assert.ok(name === null || names.has(name), `${name} is not reached`);
    await page.focus('#gamma');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('PageUp');
    assert.ok(Math.abs((await state(page)).gamma - 2.1) < 1e-9);
    await page.focus('.handle.point');
    await page.keyboard.press('ArrowLeft');
    assert.ok(Math.abs((await state(page)).point[0] - 0.9) < 1e-9);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('u');
    assert.equal((await state(page)).point[0], 1);
    await page.keyboard.press('p');
    await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.deepEqual([(await state(page)).present, (await state(page)).lesson], [true, 1]);
    await page.keyboard.press('Escape');
    const { at } = await state(page);
    await page.keyboard.press('Space');
    await page.waitForTimeout(600);
    await page.keyboard.press('Space');
    assert.ok((await state(page)).at > at, 'Space plays');
    assert.equal(await page.evaluate(() => document.documentElement.scorelab.view.playing), false);
  });
});

test('with reduced motion it plays in steps', async () => {
  await within('', { reducedMotion: 'reduce' }, async (page) => {
    await page.click('#play');
    const seen = new Set();
    for (let i = 0; i < 12; i++) {
      await page.waitForTimeout(150);
      seen.add((await state(page)).at);
    }
    assert.ok(seen.size >= 2 && seen.size <= 4, `${[...seen]}`);
  });
});

test('a link shows the same pixels in a fresh profile', async () => {
  const hash = '#v=1&scene=wide&y=not&class=1&g=4.5&method=interval&low=0.3&high=3&sampler=sde&seed=5&at=0.8&show=density,free,gradient,guided,paths,tilt&probe=0.4,-1.2';
  const picture = (page) => page.evaluate(() => document.getElementById('canvas').toDataURL());
  let [first, link] = ['', ''];
  await within('', {}, async (page) => {
    await page.evaluate((h) => { location.hash = h; }, hash);
    await page.waitForTimeout(500);
    [first, link] = [await picture(page), await page.evaluate(() => location.hash)];
  });
  assert.deepEqual(decodeURIComponent(link).split('&').sort(), hash.split('&').sort());
  await within(link, {}, async (page) => assert.ok((await picture(page)) === first, 'other pixels'));
  await within(link.replace('g=4.5', 'g=4.6'), {}, async (page) => assert.ok((await picture(page)) !== first, 'the wrong twin passes'));
});

test('axe finds nothing to object to', async () => {
  const looks = [['#v=1', {}], ['#v=1&lang=vi&theme=dark&lesson=4', {}], ['#v=1&present=1&lesson=1', {}], ['#v=1&y=mask&show=density,tilt&theme=print', { width: 390, height: 844 }]];
  for (const [hash, options] of looks) {
    await within(hash, { ...options, bypassCSP: true }, async (page) => {
      await page.evaluate(() => document.documentElement.scorelab.edit());
      await settled(page);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]), [], hash);
      assert.ok(passes.length > 20);
    });
  }
  await within('#v=1', { bypassCSP: true }, async (page) => {
    await page.evaluate(axe);
    await page.evaluate(() => document.getElementById('gamma').removeAttribute('aria-label') ?? document.querySelector('label.big').remove());
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.ok(violations.some(({ id }) => id === 'label'), 'the wrong twin passes');
  });
});

test('no address breaks the page or becomes markup', async () => {
  const tries = whole ? 100 : 15;
  await within('', {}, async (page, { errors }) => {
    const tags = () => page.evaluate(() => document.querySelectorAll('script, img, iframe, object, embed, a, form, link').length);
    const usual = await tags();
    for (const draw of [random(11), hostile(12)]) {
      for (let i = 0; i < tries; i++) {
        const hash = draw();
        await page.evaluate((h) => { location.hash = h; }, hash);
        await settled(page);
        assert.deepEqual(errors, [], hash);
        assert.equal(await tags(), usual, hash);
        assert.ok(await page.evaluate(() => document.documentElement.scorelab.frame.shares.length === 5), hash);
      }
    }
  });
});

test('a teacher sees the hybrid, finds its cause, and shares the link', async () => {
  await within('', {}, async (page) => {
    await page.selectOption('.method select', 'classifier');
    await page.getByRole('button', { name: 'γ = 1', exact: true }).click();
    await settled(page);
    assert.equal((await state(page)).confidence, 0.2);
    assert.ok((await shares(page))[2] > 0.15, 'there are hybrids');
    await page.locator('.method input[type=range]').first().focus();
    for (let i = 0; i < 75; i++) await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.ok((await shares(page))[2] < 0.02 && (await shares(page))[0] > 0.95, `${await shares(page)}`);
    await page.waitForTimeout(400);
    const link = await page.evaluate(() => location.href);
    await within(link.slice(address.length), {}, async (other) => assert.deepEqual(await shares(other), await shares(page)));
  });
});

test('what is saved is what is seen', async () => {
  await within('#v=1&g=5&show=density,free,guided,paths,tilt', { acceptDownloads: true }, async (page) => {
    for (const [button, ending, start] of [['SVG', 'svg', '<svg xmlns'], ['PNG', 'png', '\u0089PNG'.slice(1)]]) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button, exact: true }).click()]);
      assert.equal(download.suggestedFilename(), `guidance-animals-5.${ending}`);
      const text = readFileSync(await download.path(), 'latin1');
      assert.ok(text.slice(0, 40).includes(start) && text.length > 20000, text.slice(0, 40));
    }
  });
});

test('memory does not grow while things are dragged', async () => {
  await within('', {}, async (page) => {
    const drags = whole ? 3600 : 400;
    const heap = async (n) => {
      await page.evaluate(async (times) => {
        const app = document.documentElement.scorelab;
        for (let i = 0; i < times; i++) {
          app.set({ gamma: 3 + 2 * Math.sin(i / 9), probe: [Math.sin(i / 7), 1] });
          if (i % 10 === 0) await new Promise(requestAnimationFrame);
        }
        await new Promise((done) => { setTimeout(done, 400); });
        for (let i = 0; i < 5; i++) window.gc();
      }, n);
      return page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
    };
    const client = await page.context().newCDPSession(page);
    const used = async (n) => {
      await heap(n);
      await client.send('HeapProfiler.collectGarbage');
      return (await client.send('Runtime.getHeapUsage')).usedSize;
    };
    await used(300);
    const first = await used(300);
    const last = await used(drags);
    console.log(`# heap: ${(first / 1e6).toFixed(2)} MB, after ${drags} drags ${(last / 1e6).toFixed(2)} MB`);
    assert.ok(last < 1.05 * first, `${first} → ${last}`);
  });
});

test('nothing is cut off at any width', async () => {
  for (const [width, height] of [[390, 844], [820, 1180], [1366, 768], [1920, 1080]]) {
    for (const hash of ['#v=1', '#v=1&lang=vi&lesson=6', '#v=1&present=1&lesson=4&lang=vi']) {
      await within(hash, { width, height }, async (page) => {
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${width} ${hash}`);
        const cut = await page.evaluate(() => [...document.querySelectorAll('button, h1, h2, output, .value')].filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map((e) => e.textContent));
        assert.deepEqual(cut, [], `${width} ${hash}`);
      });
    }
  }
});
