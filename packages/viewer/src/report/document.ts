/**
 * The HTML of a report: the page's script and style, bundled by the build, and the data. No word of
 * a recording stands in the markup, and the policy lets nothing in or out but these two texts.
 */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import script from './page/main.ts?inline-page';
import style from './page/style.css?inline-page';

/** Level 6 takes twice as long for a file that is a tenth smaller. */
const GZIP_LEVEL = 4;

const compress = promisify(gzip);

/** The page with the data of `encodeReport`. */
export async function reportDocument(data: Uint8Array): Promise<Uint8Array> {
  const compressed = await compress(data, { level: GZIP_LEVEL });
  return Buffer.concat([
    Buffer.from(PAGE_START),
    Buffer.from(compressed.toString('base64'), 'latin1'),
    Buffer.from(PAGE_END),
  ]);
}

const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

// The data comes first: the script runs when it is met. Its type makes it text that is never run.
const PAGE_START = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>ttlog report</title>
<style>${style}</style>
</head>
<body>
<div id="report"><p class="loading">Loading the recording…</p></div>
<noscript><p class="loading">This report needs JavaScript. It loads nothing from elsewhere.</p></noscript>
<script type="application/gzip;base64" id="data">`;

const PAGE_END = `</script>
<script>${script}</script>
</body>
</html>
`;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
