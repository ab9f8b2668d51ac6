// What a screen reader is told of the page, what the keyboard reaches, and what can be read in both
// themes: as the browser says it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runViewer } from '../run-viewer.ts';
import { traceRecording } from '../trace-recording.ts';
import { launchBrowser, openPage } from './browser.ts';

/** Roles of what can be used; each must say what it is for. */
const USED_ROLES = new Set([
  ...['button', 'checkbox', 'combobox', 'searchbox', 'tab', 'grid', 'application', 'link'],
  ...['region', 'tabpanel', 'complementary', 'img', 'DisclosureTriangle', 'textbox'],
]);

interface AccessibleNode {
  readonly role: string;
  readonly name: string;
}

let directory: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-report-'));
  writeFileSync(join(directory, 'traces.bin'), traceRecording());
  const words = ['report', 'traces.bin', '--utc', '-o', 'traces.html'];
  expect(runViewer(words, { cwd: directory })).toMatchObject({ code: 0, stderr: '' });
  browser = await launchBrowser();
  ({ page } = await openPage(browser, join(directory, 'traces.html')));
});

afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

async function accessibleNodes(): Promise<AccessibleNode[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({
      role: String(role?.value ?? ''),
      name: String(name?.value ?? '').trim(),
    }));
}

async function chooseTab(name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await page.getByRole('tabpanel', { name }).waitFor();
}

const VIEWS = ['Events', 'Patterns', 'Spans', 'Summary'];

describe('the page, as a screen reader has it', () => {
  it('has a name for all that can be used, in every view', async () => {
    for (const view of VIEWS) {
      await chooseTab(view);
      const nodes = await accessibleNodes();
      const nameless = nodes.filter(({ role, name }) => USED_ROLES.has(role) && name === '');
      expect(nameless, view).toEqual([]);
      const roles = new Set(nodes.map(({ role }) => role));
      const places = ['main', 'search', 'tablist', 'tabpanel', 'status', 'heading', 'application'];
      for (const role of places) expect(roles, view).toContain(role);
    }
  });

  it('says what the grid holds, row by row and cell by cell', async () => {
    await chooseTab('Events');
    const nodes = await accessibleNodes();
    expect(nodes).toContainEqual({ role: 'grid', name: 'Events' });
    const rows = nodes.filter(({ role }) => role === 'row');
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.every(({ name }) => name !== '')).toBe(true);
    const cells = nodes.filter(({ role }) => role === 'gridcell');
    expect(cells).toHaveLength(5 * rows.length);
    expect(nodes.find(({ role }) => role === 'application')?.name).toMatch(
      /^\d+ events within .*Arrow keys choose a stretch of time/,
    );
  });

  it('is reached by the keyboard as a whole, and never holds it', async () => {
    for (const view of VIEWS) {
      await chooseTab(view);
      const wanted = await page.evaluate<string[]>(`(() => {
        const all = document.querySelectorAll(
          'a[href], button, input, select, summary, [tabindex]',
        );
        return [...all]
          .filter((element) => element.tabIndex >= 0 && element.checkVisibility())
          .map((element, place) => (element.dataset.place = String(place)));
      })()`);
      await page.evaluate('document.activeElement.blur()');
      const reached = new Set<string>();
      for (let presses = 0; presses < wanted.length + 2; presses++) {
        await page.keyboard.press('Tab');
        const place = await page.evaluate<string | null>(
          'document.activeElement.dataset.place ?? null',
        );
        if (place !== null) reached.add(place);
      }
      expect([...reached].sort(), view).toEqual([...wanted].sort());
    }
  });
});

/** Texts whose colour differs too little from what is behind them, by the rules of WCAG 2.2 AA. */
const FAINT_TEXTS = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    if (data.trim() === '' || !element.checkVisibility() || element.closest('option')) continue;
    const [a, b] = [rgba(getComputedStyle(element).color), behind(element)].map(luminance);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const { fontSize, fontWeight } = getComputedStyle(element);
    const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && fontWeight >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(ratio.toFixed(2) + ' ' + data.trim().slice(0, 40));
  }
  return [...new Set(faint)];
})()`;

describe.each(['light', 'dark'] as const)('the page in %s', (colorScheme) => {
  it('can be read', async () => {
    await page.emulateMedia({ colorScheme });
    for (const view of VIEWS) {
      await chooseTab(view);
      expect(await page.evaluate(FAINT_TEXTS), view).toEqual([]);
    }
    await chooseTab('Events');
    await page.getByRole('grid').getByRole('row').first().click();
    await page.getByRole('complementary', { name: 'Event' }).waitFor();
    expect(await page.evaluate(FAINT_TEXTS), 'detail').toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  });
});
