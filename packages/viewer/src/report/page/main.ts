/** Where the page of a report begins: loads the data, then shows it. */

import { h, render } from 'preact';
import { App } from './app.ts';
import { loadReport } from './load.ts';
import type { Report } from './recording.ts';

const root = document.getElementById('report')!;

loadReport().then(show, explain);

function show(report: Report): void {
  document.title = `${report.head.title} · ttlog`;
  root.replaceChildren();
  render(h(App, { report }), root);
}

function explain(error: unknown): void {
  const sentence = document.createElement('p');
  sentence.className = 'loading';
  sentence.setAttribute('role', 'alert');
  sentence.textContent =
    'This page cannot be shown: it may be cut short, or the browser older than 2023. ' +
    String(error);
  root.replaceChildren(sentence);
}
