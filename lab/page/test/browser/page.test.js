// What the page promises: no request, in time, the library's numbers, links, access for all, no address that breaks it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { golden, hostile, random } from '../hashes.js';
import { address, browser, budget, file, median, require, set, settled, shares, whole, within } from './tab.js';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

test('no request leaves, and the first picture comes within a second', async () => {
  const firsts = [];
  for (let i = 0; i < 5; i++) {
    await within('', {}, async (page, { requests }) => {
      await set(page, { gamma: 7 });
      await page.waitForTimeout(300);
      assert.deepEqual(
        requests.filter((url) => url.split('#')[0] !== address),
        [],
      );
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
    ['changed', text.replace("'use strict';", "'use strict'; ")],
    ['added', text.replace('</body>', '<script>document.title = "bad"</script></body>')],
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
    const { times, frames, seconds } = await page.evaluate(
      (length) =>
        new Promise((done) => {
          const app = document.documentElement.scorelab;
          const [range, found] = [document.getElementById('gamma'), []];
          const began = performance.now();
          const tick = (now) => {
            if (now - began > length)
              return done({ times: found, frames: found.length, seconds: (now - began) / 1000 });
            range.value = String(500 + 499 * Math.sin((now - began) / 700));
            range.dispatchEvent(new Event('input'));
            requestAnimationFrame(() => {
              found.push(app.frame.milliseconds);
              requestAnimationFrame(tick);
            });
          };
          requestAnimationFrame(tick);
        }),
      whole ? 10000 : 3000,
    );
    const sorted = [...times].sort((a, b) => a - b);
    console.log(
      `# ${frames} frames in ${seconds.toFixed(1)} s, drawn by software: ${(frames / seconds).toFixed(1)} a second; p95 ${sorted[Math.floor(0.95 * frames)].toFixed(1)} ms`,
    );
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
    for (const [source, most] of [
      ['network', 0.1],
      ['classifier', 0.1],
      ['clean', 1],
    ]) {
      const { milliseconds, told } = await page.evaluate(
        (name) =>
          new Promise((done) => {
            const app = document.documentElement.scorelab;
            const [began, seen] = [performance.now(), []];
            app.set({ source: name });
            const look = () => {
              if (app.state.source === name && app.frame.learned) seen.push(app.frame.done);
              if (seen[seen.length - 1] === 256) done({ milliseconds: performance.now() - began, told: seen });
              else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          }),
        source,
      );
      budget(`256 walks of a ${source}`, milliseconds, 2000);
      assert.ok(told[0] < 256, 'the field is there before the walks');
      await settled(page);
      const [error, badge] = await page.evaluate(() => [
        document.documentElement.scorelab.frame.error,
        document.querySelector('.badge').textContent,
      ]);
      assert.ok(error > 0.001 && error < most, `${source}: ${error}`);
      assert.ok(badge.endsWith(error.toFixed(2)), badge);
      const off = Math.max(...(await shares(page)).map((share, i) => Math.abs(share - exact[i])));
      assert.ok(
        source === 'clean' ? off > 0.1 : off < 0.06,
        `${source}: ${off}, one that saw no noise steers elsewhere`,
      );
      assert.ok(
        (await page.textContent('.section.numbers .facts')).includes('exact tilt'),
        'the tilt is said to be exact',
      );
    }
  });
});

test('walks of a network go on while no picture is drawn', async () => {
  await within('', {}, async (page) => {
    const [before, after, drawn] = await page.evaluate(async () => {
      const app = document.documentElement.scorelab;
      const [model, draw] = [app.model, window.requestAnimationFrame];
      let last = null;
      app.model = (...what) => (last = model(...what));
      app.set({ source: 'network', steps: 64, seed: 3 });
      while (last === null) await new Promise((next) => draw(next));
      const begun = last.done;
      window.requestAnimationFrame = () => 0; // as in a page that is hidden
      for (let i = 0; i < 400 && last.done < 256; i++) await new Promise((next) => setTimeout(next, 50));
      return [begun, last.done, app.frame.done];
    });
    assert.deepEqual([before < 256, after, drawn < 256], [true, 256, true], `${before}, ${after}, ${drawn}`);
  });
});

test('a link shows the same pixels in a fresh profile', async () => {
  const hash =
    '#v=1&scene=wide&y=not&class=1&g=4.5&method=interval&low=0.3&high=3&sampler=sde&seed=5&at=0.8&show=density,free,gradient,guided,paths,tilt&probe=0.4,-1.2';
  const picture = (page) => page.evaluate(() => document.getElementById('canvas').toDataURL());
  let [first, link] = ['', ''];
  await within('', {}, async (page) => {
    await page.evaluate((h) => {
      location.hash = h;
    }, hash);
    await page.waitForTimeout(500);
    [first, link] = [await picture(page), await page.evaluate(() => location.hash)];
  });
  assert.deepEqual(decodeURIComponent(link).split('&').sort(), hash.split('&').sort());
  await within(link, {}, async (page) => assert.ok((await picture(page)) === first, 'other pixels'));
  await within(link.replace('g=4.5', 'g=4.6'), {}, async (page) =>
    assert.ok((await picture(page)) !== first, 'the wrong twin passes'),
  );
});

test('axe finds nothing to object to', async () => {
  const looks = [
    ['#v=1', {}],
    ['#v=1&lang=vi&theme=dark&lesson=4', {}],
    ['#v=1&present=1&lesson=1', {}],
    ['#v=1&y=mask&show=density,tilt&theme=print', { width: 390, height: 844 }],
  ];
  for (const [hash, options] of looks) {
    await within(hash, { ...options, bypassCSP: true }, async (page) => {
      await page.evaluate(() => document.documentElement.scorelab.edit());
      await settled(page);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
        [],
        hash,
      );
      assert.ok(passes.length > 20);
    });
  }
  await within('#v=1', { bypassCSP: true }, async (page) => {
    await page.evaluate(axe);
    await page.evaluate(
      () =>
        document.getElementById('gamma').removeAttribute('aria-label') ?? document.querySelector('label.big').remove(),
    );
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.ok(
      violations.some(({ id }) => id === 'label'),
      'the wrong twin passes',
    );
  });
});

test('no address breaks the page or becomes markup', async () => {
  const tries = whole ? 100 : 15;
  await within('', {}, async (page, { errors }) => {
    const tags = () =>
      page.evaluate(() => document.querySelectorAll('script, img, iframe, object, embed, a, form, link').length);
    const usual = await tags();
    for (const draw of [random(11), hostile(12)]) {
      for (let i = 0; i < tries; i++) {
        const hash = draw();
        await page.evaluate((h) => {
          location.hash = h;
        }, hash);
        await settled(page);
        assert.deepEqual(errors, [], hash);
        assert.equal(await tags(), usual, hash);
        assert.ok(await page.evaluate(() => document.documentElement.scorelab.frame.shares.length === 5), hash);
      }
    }
  });
});

/** Bytes of all that the page's script keeps: not its compiled code, nor what the browser itself records. */
async function kept(client) {
  const parts = [];
  const take = ({ chunk }) => parts.push(chunk);
  client.on('HeapProfiler.addHeapSnapshotChunk', take);
  await client.send('HeapProfiler.collectGarbage');
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  client.off('HeapProfiler.addHeapSnapshotChunk', take);
  const { snapshot, nodes } = JSON.parse(parts.join(''));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const others = ['code', 'native', 'hidden', 'synthetic', 'object shape'];
  let sum = 0;
  for (let i = 0; i < nodes.length; i += fields.length) {
    if (!others.includes(types[0][nodes[i]])) sum += nodes[i + fields.indexOf('self_size')];
  }
  return sum;
}

test('memory does not grow while things are dragged', async () => {
  await within('', {}, async (page) => {
    const drags = whole ? 3600 : 400;
    const client = await page.context().newCDPSession(page);
    const used = async (n) => {
      await page.evaluate(async (times) => {
        const app = document.documentElement.scorelab;
        for (let i = 0; i < times; i++) {
          app.set({ gamma: 3 + 2 * Math.sin(i / 9), probe: [Math.sin(i / 7), 1] });
          if (i % 10 === 0) await new Promise(requestAnimationFrame);
        }
        await new Promise((done) => {
          setTimeout(done, 400);
        });
      }, n);
      return kept(client);
    };
    await used(300);
    const first = await used(300);
    const last = await used(drags);
    const all = (await client.send('Runtime.getHeapUsage')).usedSize;
    console.log(
      `# kept: ${(first / 1e6).toFixed(3)} MB, after ${drags} drags ${(last / 1e6).toFixed(3)} MB; with compiled code ${(all / 1e6).toFixed(2)} MB`,
    );
    assert.ok(last < 1.05 * first, `${first} → ${last}`);
    await page.evaluate(() => {
      const app = document.documentElement.scorelab;
      app.leak = Array.from({ length: 3600 }, (_, i) => [i, { state: app.state }]);
    });
    assert.ok((await kept(client)) > 1.05 * first, 'the wrong twin passes: something kept of each drag');
  });
});

test('nothing is cut off at any width', async () => {
  for (const [width, height] of [
    [390, 844],
    [820, 1180],
    [1366, 768],
    [1920, 1080],
  ]) {
    for (const hash of ['#v=1', '#v=1&lang=vi&lesson=6', '#v=1&present=1&lesson=4&lang=vi']) {
      await within(hash, { width, height }, async (page) => {
        assert.equal(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          0,
          `${width} ${hash}`,
        );
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll('button, h1, h2, output, .value')]
            .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
            .map((e) => e.textContent),
        );
        assert.deepEqual(cut, [], `${width} ${hash}`);
      });
    }
  }
});
