/** Makes the HTML page of a recording, and tells how far that is. */

import { summarise } from '../digest/summary.ts';
import { sizeText } from '../format/quantity.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import { encodeReport } from '../report/data.ts';
import { reportDocument } from '../report/document.ts';

export interface ReportPage {
  readonly page: Uint8Array;
  readonly events: number;
}

/** `utc` is about the times of the summary. */
export async function makeReportPage(
  file: RecordingFile,
  utc: boolean,
  terminal: Pick<Terminal, 'write' | 'progress'>,
): Promise<ReportPage> {
  const summary = await summarise(file, () => terminal.write(''));
  const pause = async (share: number): Promise<void> => {
    terminal.progress(`reading events: ${Math.floor(share * 100)} %`);
    await terminal.write('');
  };
  const data = await encodeReport(file, summary, { utc, pause });
  terminal.progress(`compressing ${sizeText(data.length)}`);
  const page = await reportDocument(data);
  terminal.progress('');
  return { page, events: summary.events };
}
