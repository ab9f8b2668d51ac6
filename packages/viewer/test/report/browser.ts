// A headless Chromium, as the system has it, and pages that tell what went wrong in them.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Throws where there is none. */
export function launchBrowser(): Promise<Browser> {
  const places = (process.env.PATH ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => places.map((place) => join(place, name)));
  const executablePath = paths.find(isExecutable);
  if (executablePath === undefined) {
    throw new Error('these tests need Chromium: apt-get install chromium');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

export interface OpenedPage {
  readonly page: Page;
  /** What the page asked for besides itself, what it put on the console, and what it threw. */
  readonly complaints: readonly string[];
}

/** A report from its file, once its events are there. */
export async function openPage(browser: Browser, path: string): Promise<OpenedPage> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 860 },
    colorScheme: 'light',
    timezoneId: 'UTC',
  });
  const url = pathToFileURL(path).href;
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url);
  await page.getByRole('grid').waitFor();
  return { page, complaints };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
