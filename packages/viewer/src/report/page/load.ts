/** Takes the data of a report out of its page: base64, then gzip. Asks nobody for anything. */

import { decodeReport, type Report } from './recording.ts';

/** Characters of base64 decoded at a time; a multiple of 4. */
const SLICE_UNITS = 1 << 20;

export async function loadReport(): Promise<Report> {
  const element = document.getElementById('data')!;
  const base64 = element.textContent ?? '';
  // The text is not needed twice, and it is large.
  element.remove();
  const stream = bytesOf(base64).pipeThrough(new DecompressionStream('gzip'));
  return decodeReport(await new Response(stream).arrayBuffer());
}

function bytesOf(base64: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const binary = atob(base64.slice(next, next + SLICE_UNITS));
      next += SLICE_UNITS;
      const bytes = new Uint8Array(binary.length);
      for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
      controller.enqueue(bytes);
      if (next >= base64.length) controller.close();
    },
  });
}
