// The page of a report in a real browser, opened from its file.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runViewer } from '../run-viewer.ts';
import { SAMPLE_NS, sampleError, sampleHeader } from '../sample.ts';
import { traceRecording } from '../trace-recording.ts';
import { launchBrowser, openPage } from './browser.ts';

const MILLION = join(import.meta.dirname, 'fixtures/million-events.mjs');
const HOSTILE = '</script><img src=x onerror=alert(1)>\u2028\u202e\x1b[31m<!--';

let directory: string;
let browser: Browser;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-report-'));
  execFileSync(process.execPath, [MILLION, join(directory, 'million.bin')]);
  writeFileSync(join(directory, 'traces.bin'), traceRecording());
  writeFileSync(join(directory, 'hostile.bin'), hostileRecording());
  for (const name of ['million', 'traces', 'hostile']) {
    const words = ['report', `${name}.bin`, '--utc', '-o', `${name}.html`];
    expect(runViewer(words, { cwd: directory })).toMatchObject({ code: 0, stderr: '' });
  }
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

function hostileRecording(): Uint8Array {
  return writeRecording({
    header: sampleHeader({ service: HOSTILE, error: sampleError(HOSTILE) }),
    events: [
      {
        ...{ timeNs: SAMPLE_NS, level: 'error', message: HOSTILE, logger: HOSTILE },
        fields: { [HOSTILE]: HOSTILE, err: sampleError(HOSTILE) },
        thread: { id: 0, name: HOSTILE },
      },
    ],
  });
}

const status = (page: Page): Promise<string | null> => page.getByRole('status').textContent();

async function waitForCount(page: Page, text: string): Promise<void> {
  await page
    .getByRole('status')
    .filter({ hasText: new RegExp(`^${text} of`) })
    .waitFor();
}

function rowTexts(page: Page): Promise<string[]> {
  return page.getByRole('grid').getByRole('row').allTextContents();
}

describe('the page of a million events', () => {
  it('is loaded, scrolled, searched, brushed and read, and asks nobody for anything', async () => {
    const { page, complaints } = await openPage(browser, join(directory, 'million.html'));
    const grid = page.getByRole('grid');
    expect(await status(page)).toBe('1,000,000 of 1,000,000 events');
    expect(await grid.getAttribute('aria-rowcount')).toBe('1000000');
    // The end comes first.
    expect((await rowTexts(page)).join('\n')).toContain('charge failed');
    expect(await grid.getByRole('row').count()).toBeLessThan(60);

    // By the scroll bar to the middle, by the wheel one row on.
    await grid.evaluate((element) => {
      element.scrollTop = (element.scrollHeight - element.clientHeight) / 2;
    });
    await page
      .getByText(/ id=50\d{4} | id=49\d{4} /)
      .first()
      .waitFor();
    const before = firstId(await rowTexts(page));
    expect(Math.abs(before - 500_000)).toBeLessThan(1000);
    await grid.hover();
    await page.mouse.wheel(0, 24);
    await expect.poll(async () => firstId(await rowTexts(page))).toBe(before + 1);
    await grid.evaluate((element) => {
      element.scrollTop = 0;
    });
    await page.getByText(' id=0 ').waitFor();

    const search = page.getByRole('searchbox');
    await search.fill('needle- missed');
    await waitForCount(page, '1,000');
    await page.getByRole('checkbox', { name: 'warn' }).uncheck();
    await waitForCount(page, '0');
    expect(await page.getByText('No event passes').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await waitForCount(page, '1,000,000');

    await brush(page, 0.25, 0.5);
    const brushed = Number((await status(page))!.split(' of ')[0].replaceAll(',', ''));
    expect(brushed).toBeGreaterThan(1000);
    expect(brushed).toBeLessThan(999_000);
    await page.getByRole('button', { name: /Remove filter .* \+ / }).click();
    await waitForCount(page, '1,000,000');

    await page.getByRole('tab', { name: 'Patterns' }).click();
    const patterns = await page.getByRole('row').allTextContents();
    expect(patterns.some((text) => /^999,000|^998,999/.test(text))).toBe(true);
    await page.getByRole('button', { name: 'cache missed' }).click();
    await waitForCount(page, '1,000');

    await page.getByRole('tab', { name: 'Summary' }).click();
    expect(await page.getByRole('tabpanel').textContent()).toContain('events      1,000,000');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is used with the keyboard alone', async () => {
    const { page, complaints } = await openPage(browser, join(directory, 'million.html'));
    const { keyboard } = page;
    await keyboard.press('/');
    await keyboard.type('charge failed');
    await waitForCount(page, '1');
    await keyboard.press('Tab');
    await waitForFocus(page, 'checkbox');
    await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await waitForFocus(page, 'grid');
    await keyboard.press('End');
    await keyboard.press('Enter');
    const detail = page.getByRole('complementary', { name: 'Event' });
    expect(await detail.textContent()).toContain('TypeError: card declined');
    await waitForFocus(page, 'H2');
    await keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    await waitForFocus(page, 'grid');

    await page.getByRole('button', { name: 'Clear all' }).press('Enter');
    await waitForCount(page, '1,000,000');
    await keyboard.press('g');
    await keyboard.press('Home');
    await page.getByText(' id=0 ').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('PageDown');
    const chosen = (): Promise<string | null> =>
      page.locator('[aria-selected=true][role=row]').getAttribute('id');
    await expect.poll(async () => Number((await chosen())!.slice(4))).toBeGreaterThan(5);
    expect(await chosen()).toBe(await page.getByRole('grid').getAttribute('aria-activedescendant'));

    await page.getByRole('application').focus();
    await keyboard.press('ArrowLeft');
    await keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => status(page)).not.toMatch(/^1,000,000 of/);
    await keyboard.press('Escape');
    await waitForCount(page, '1,000,000');
    await page.getByRole('tab', { name: 'Events' }).focus();
    await keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Patterns');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('the page of other recordings', () => {
  it('shows spans, and the events of one trace', async () => {
    const { page, complaints } = await openPage(browser, join(directory, 'traces.html'));
    await page.getByRole('tab', { name: 'Spans' }).click();
    const spans = await page
      .getByRole('region', { name: 'Spans' })
      .getByRole('row')
      .allTextContents();
    expect(spans.some((text) => /300 ms.*failed.*POST \/pay/.test(text))).toBe(true);
    expect(spans.some((text) => text.includes('unfinished') && text.includes('\\x1b[2J'))).toBe(
      true,
    );
    expect(spans.some((text) => text.includes('critical'))).toBe(false);
    await page.getByRole('button', { name: 'POST /pay' }).click();
    const critical = page.getByRole('row').filter({ hasText: 'critical' });
    await critical.first().waitFor();
    const waitedFor = await critical.getByRole('button').allTextContents();
    expect(waitedFor).toEqual(['POST /pay', 'SELECT', 'charge', 'card']);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('of a span that is gone').waitFor();
    expect((await rowTexts(page)).join()).toContain('POST /pay (span began)');
    expect((await rowTexts(page)).join()).not.toContain('outside of any trace');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows hostile text as text, in light and in dark', async () => {
    const { page, complaints } = await openPage(browser, join(directory, 'hostile.html'));
    const markup = '</script><img src=x onerror=alert(1)>\\u2028\\u202e\\x1b[31m<!--';
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(markup);
    expect(await page.title()).toContain(markup);
    await page.getByRole('grid').getByRole('row').first().click();
    const detail = page.getByRole('complementary', { name: 'Event' });
    expect(await detail.textContent()).toContain(markup);
    for (const tab of ['Patterns', 'Summary']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await page.getByRole('tabpanel').textContent()).toContain(markup);
    }
    const background = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.getByLabel('Theme').selectOption('dark');
    await expect.poll(background).not.toBe(light);
    expect(await page.locator('img, iframe, object, link, script[src]').count()).toBe(0);
    const text = await page.evaluate<string>('document.documentElement.textContent');
    expect(/[\u2028\u2029\u202e\x1b]/.test(text)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('may not reach anything outside, even if it tried', async () => {
    const { page } = await openPage(browser, join(directory, 'hostile.html'));
    const requested: string[] = [];
    page.on('requestfinished', (request) => requested.push(request.url()));
    const outcome = await page.evaluate(`(async () => {
      const image = new Image();
      const refused = new Promise((resolve) => {
        image.onerror = () => resolve('refused');
        image.onload = () => resolve('loaded');
      });
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
      const fetched = await fetch('data:text/plain,x').then(() => 'fetched', () => 'refused');
      return [await refused, fetched];
    })()`);
    expect(outcome).toEqual(['refused', 'refused']);
    expect(requested).toEqual([]);
    await page.close();
  });
});

function firstId(texts: readonly string[]): number {
  const ids = texts.map((text) => / id=(\d+)/.exec(text)?.[1]).filter((id) => id !== undefined);
  return Number(ids[0]);
}

/** Of what has the focus: its role, or its kind. Focus moves once what it moves to is painted. */
async function waitForFocus(page: Page, what: string): Promise<void> {
  const focused = (): Promise<string> =>
    page.evaluate(`(() => {
      const element = document.activeElement;
      return element.getAttribute('role') ?? element.getAttribute('type') ?? element.tagName;
    })()`);
  await expect.poll(focused).toBe(what);
}

/** Drags over a share of the histogram. */
async function brush(page: Page, from: number, to: number): Promise<void> {
  const box = (await page.locator('.u-over').boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + to * box.width, y, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: /Remove filter .* \+ / }).waitFor();
}
