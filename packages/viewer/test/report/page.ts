// Takes the parts of a report's page apart.

import { gunzipSync } from 'node:zlib';
import { decodeReport, type Report } from '../../src/report/page/recording.ts';

const DATA = /(<script type="application\/gzip;base64" id="data">)([^<]*)/;

/** What the page shows, as its script has it. */
export function reportIn(html: string): Report {
  const bytes = gunzipSync(Buffer.from(DATA.exec(html)![2], 'base64'));
  return decodeReport(Uint8Array.from(bytes).buffer);
}

/** The page without its data. */
export function markupOf(html: string): string {
  return html.replace(DATA, '$1');
}
