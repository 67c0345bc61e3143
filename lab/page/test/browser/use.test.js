// The page in use: by mouse, by keys alone, by a teacher, by a lecturer.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { address, median, set, settled, shares, state, whole, within } from './tab.js';

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

test('points are painted, seen at once, undone, and shared', async () => {
  await within('#v=1&class=2', {}, async (page) => {
    await page.locator('.section.data button').nth(1).click();
    const box = await page.locator('#plane').boundingBox();
    const at = (x, y) => [box.x + ((x + 4) / 8) * box.width, box.y + ((4 - y) / 8) * box.width];
    await page.mouse.move(...at(-3.2, 3.2));
    await page.mouse.down();
    for (let i = 1; i <= 30; i++) await page.mouse.move(...at(-3.2 + i / 10, 3.2 - i / 20));
    await page.mouse.up();
    await settled(page);
    const { components } = await state(page);
    const mine = components.filter(({ label }) => label === 2);
    assert.ok(mine.length > 5 && components.length === 16, `${mine.length} of ${components.length}`);
    const weight = mine.reduce((sum, c) => sum + c.weight, 0);
    assert.ok(weight > 0.5 && weight < 0.9, `${weight}: a dab every fifth of a unit`);
    const ends = await page.evaluate(() => Array.from(document.documentElement.scorelab.frame.ends));
    const up = ends.filter((v, i) => i % 2 === 1 && v > 1).length;
    assert.ok(up > 250, `${up} of 256 walks end where paint is`);
    await page.keyboard.press('d');
    await settled(page);
    assert.notDeepEqual((await state(page)).components, components);
    await page.waitForTimeout(600);
    const link = await page.evaluate(() => location.hash);
    await within(link, {}, async (other) => assert.deepEqual(await shares(other), await shares(page)));
    await page.evaluate(() => document.activeElement.blur());
    for (let i = 0; i < 50; i++) await page.keyboard.press('u');
    await settled(page);
    assert.equal((await state(page)).components, null);
  });
});

test('every method is chosen, moved by its knob, and comes back from its link', async () => {
  await within('#v=1&g=3', {}, async (page) => {
    const names = await page
      .locator('.method select')
      .first()
      .locator('option')
      .evaluateAll((all) => all.map((o) => o.value));
    assert.ok(names.length >= 18, `${names}`);
    const seen = new Set();
    const some = whole ? names : names.filter((_, i) => i % 4 === 1);
    for (const name of some) {
      await page.locator('.method select').first().selectOption(name);
      await settled(page);
      const knob = page.locator('.method .knob input');
      if ((await knob.count()) > 0) {
        await knob.focus();
        await page.keyboard.press('ArrowLeft');
        await page.waitForFunction(() => document.documentElement.scorelab.state.knob !== null);
      }
      await page.waitForFunction(() => document.documentElement.scorelab.frame.done === 256);
      await page.waitForTimeout(350);
      const [told, link] = [await shares(page), await page.evaluate(() => location.hash)];
      assert.ok(name === 'exact' || link.includes(`method=${encodeURIComponent(name)}`), link);
      seen.add(JSON.stringify([told, await page.textContent('.section.numbers .facts')]));
      await within(link, {}, async (other) => {
        await other.waitForFunction(() => document.documentElement.scorelab.frame.done === 256);
        assert.deepEqual(await shares(other), told, link);
      });
    }
    assert.equal(seen.size, some.length, 'no two methods have the same numbers');
  });
});

test('while γ is dragged, the other methods follow too', async () => {
  await within('#v=1&scene=wide&class=1', {}, async (page) => {
    const { METHODS } = await import('../../state.js');
    const told = [];
    for (const method of METHODS) {
      await set(page, { method, knob: null, gamma: 3 });
      const times = await page.evaluate(
        async (n) => {
          const app = document.documentElement.scorelab;
          const found = [];
          for (let i = 0; i < n; i++) {
            app.set({ gamma: 3 + 0.01 * i });
            await new Promise(requestAnimationFrame);
            found.push(app.frame.milliseconds);
          }
          return found;
        },
        whole ? 20 : 5,
      );
      told.push(`${method} ${median(times).toFixed(1)}`);
    }
    console.log(`# milliseconds of a frame: ${told.join(', ')}`);
    const slow = told.filter((words) => Number(words.split(' ')[1]) > 160);
    assert.deepEqual(slow, [], 'ten times a frame');
  });
});

test('everything can be reached and moved by keys alone', async () => {
  await within('#v=1&y=point', {}, async (page) => {
    const names = new Set();
    for (let i = 0; i < 90; i++) {
      await page.keyboard.press('Tab');
      names.add(
        await page.evaluate(
          () => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent,
        ),
      );
    }
    const controls = await page.evaluate(() =>
      [...document.querySelectorAll('button, select, input:not([type=radio])')]
        .filter((e) => !e.disabled && e.offsetParent !== null)
        .map((e) => e.getAttribute('aria-label') ?? (e.textContent || null)),
    );
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
    await within(link.slice(address.length), {}, async (other) =>
      assert.deepEqual(await shares(other), await shares(page)),
    );
  });
});

test('what is saved is what is seen', async () => {
  await within('#v=1&g=5&show=density,free,guided,paths,tilt', { acceptDownloads: true }, async (page) => {
    for (const [button, ending, start] of [
      ['SVG', 'svg', '<svg xmlns'],
      ['PNG', 'png', '\u0089PNG'.slice(1)],
    ]) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button, exact: true }).click(),
      ]);
      assert.equal(download.suggestedFilename(), `guidance-animals-5.${ending}`);
      const text = readFileSync(await download.path(), 'latin1');
      assert.ok(text.slice(0, 40).includes(start) && text.length > 20000, text.slice(0, 40));
    }
  });
});
