/** The forms in which commands print events, one a line: which is asked for, and what makes it. */

import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import { jsonlFormat, TRACE_NAMES, type TraceNames } from '../format/jsonl.ts';
import { logfmtFormat } from '../format/logfmt.ts';
import { type PrettyFormat, type PrettyOptions, prettyFormat } from '../format/pretty.ts';

const OUTPUTS = ['pretty', 'jsonl', 'logfmt'] as const;
export type EventOutput = (typeof OUTPUTS)[number];

export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    choices: OUTPUTS,
    summary: 'pretty (the default), jsonl (one object a line) or logfmt.',
  },
  { name: 'json', short: 'j', summary: 'The same as --output jsonl.' },
];

export function outputOf(given: ParsedArguments): EventOutput {
  if (given.has('json')) return 'jsonl';
  return (given.value('output') as EventOutput | undefined) ?? 'pretty';
}

export function eventFormat(
  output: EventOutput,
  pretty: PrettyOptions,
  traceNames: TraceNames = TRACE_NAMES,
): PrettyFormat {
  switch (output) {
    case 'jsonl':
      return jsonlFormat(traceNames);
    case 'logfmt':
      return logfmtFormat();
    default:
      return prettyFormat(pretty);
  }
}
