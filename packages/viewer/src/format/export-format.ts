/** The formats that events are written in for other tools, and the endings of file names that stand for them. */

export const EXPORT_FORMATS = ['jsonl', 'csv', 'logfmt', 'otlp', 'perfetto', 'html'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Those, and the text of cat. */
export type WrittenFormat = 'text' | ExportFormat;
export const WRITTEN_FORMATS: readonly WrittenFormat[] = ['text', ...EXPORT_FORMATS];

/** `.json` is not among them: it may be a trace for Perfetto, or lines of JSON. */
const BY_ENDING: readonly (readonly [ending: RegExp, format: WrittenFormat])[] = [
  [/\.perfetto(?:\.json)?$/i, 'perfetto'],
  [/\.otlp(?:\.jsonl?)?$/i, 'otlp'],
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
  [/\.csv$/i, 'csv'],
  [/\.logfmt$/i, 'logfmt'],
  [/\.html?$/i, 'html'],
  [/\.(?:txt|text|log)$/i, 'text'],
];

/** For help. */
export const ENDINGS_TEXT: string = '.txt .jsonl .csv .logfmt .html .otlp.jsonl .perfetto.json';

/** What a file of that name is expected to hold; undefined where the name does not tell. */
export function formatOfName(path: string): WrittenFormat | undefined {
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1];
}
