/** `ttlog-view scrub`: finds secrets that a recording holds, and writes a copy without them. */

import { createScrubber, type Scrubber, type ScrubFinding, writeRecording } from 'ttlog/reader';
import type { ParsedArguments } from '../arguments/option.ts';
import { PID_OPTION, wantedBy } from '../arguments/pid.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { isoClock } from '../format/clock.ts';
import { printable } from '../format/escape.ts';
import { jsonValue } from '../format/json-value.ts';
import { countOf, sizeText } from '../format/quantity.ts';
import { openInput, reportDamage } from '../input/input.ts';
import { checkDocument, writeDocument } from '../output/document.ts';
import { EXIT_DAMAGED, EXIT_FAILED, EXIT_OK, EXIT_SECRETS_FOUND } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { Command } from './command.ts';

export const scrub: Command = {
  name: 'scrub',
  summary: 'Find secrets that a recording holds, and write a copy without them.',
  operands: '[FILE|DIR|GLOB…]',
  description: [
    'Looks for what a recorder redacts: values of keys such as password, and in texts bearer ' +
      'tokens, JSON Web Tokens, private keys, AWS keys and credentials in URLs. With --check it ' +
      'prints a line for each: file, number of the event by time, time, field, and what kind of ' +
      'secret it is; never the secret. The exit code is then 1.',
    'With --output it writes a copy of one recording in which [Redacted] stands for them. The ' +
      'recording itself stays as it is. Binary values are not searched.',
  ],
  options: [
    PID_OPTION,
    { name: 'check', short: 'c', summary: 'Only say what is found; exit code 1 if anything is.' },
    { name: 'output', short: 'o', value: 'OUT.bin', summary: 'Where the copy goes.' },
    { name: 'force', short: 'f', summary: 'Replace a file that is there already.' },
    {
      ...{ name: 'keys', value: 'KEYS', isRepeatable: true },
      summary: 'More keys, as in ssn,iban: at any depth, ignoring case, - and _.',
    },
    {
      ...{ name: 'paths', value: 'PATHS', isRepeatable: true },
      summary: "More paths, as in user.email,items[*].card or '**.ssn'.",
    },
    { name: 'json', short: 'j', summary: 'With --check: one JSON object a line.' },
  ],
  examples: [
    ['ttlog-view scrub --check /var/lib/ttlog', 'what slipped through, in all recordings'],
    ['ttlog-view scrub crash.bin -o clean.bin', 'a copy to hand on'],
    ["ttlog-view scrub crash.bin -o clean.bin --paths '**.email'", 'also without addresses'],
  ],
  run,
};

/** Events after which there is a pause, so that signals are heard. */
const EVENTS_PER_PAUSE = 16_384;

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const output = given.value('output');
  if (given.has('check') === (output !== undefined)) {
    throw new UsageError('scrub takes --check, or --output OUT.bin');
  }
  const scrubber = scrubberFor(given);
  const { files, hasFailed, isPartial } = await openInput(
    given.operands,
    wantedBy(given),
    terminal,
  );
  if (output !== undefined && files.length > 1) {
    throw new UsageError(`scrub writes a copy of one recording; there are ${files.length} here`);
  }
  let isDamaged = isPartial;
  let hasFound = false;
  for (const file of files) {
    if (output === undefined) {
      if (await check(file, scrubber, given.has('json'), terminal)) hasFound = true;
    } else {
      await writeCopy(file, scrubber, output, given.has('force'), terminal);
    }
    if (reportDamage(file, terminal)) isDamaged = true;
  }
  if (hasFailed || files.length === 0) return EXIT_FAILED;
  if (hasFound) return EXIT_SECRETS_FOUND;
  return isDamaged ? EXIT_DAMAGED : EXIT_OK;
}

function scrubberFor(given: ParsedArguments): Scrubber {
  const listOf = (name: string): string[] =>
    given.values(name).flatMap((text) => text.split(',').filter((word) => word !== ''));
  try {
    return createScrubber({ keys: listOf('keys'), paths: listOf('paths') });
  } catch (error) {
    throw new UsageError((error as Error).message.replace('redact.paths', '--paths'));
  }
}

/** Whether anything was found. */
async function check(
  { path, recording }: RecordingFile,
  scrubber: Scrubber,
  isJson: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const header = scrubber.scrubHeader(recording.header);
  let found = header.findings.length;
  let number = 0;
  const clock = isoClock();
  const tell = async (event: number | null, time: string | null, { field, kind }: ScrubFinding) => {
    const where = event === null ? 'header' : `event ${event}  ${time}`;
    await terminal.write(
      isJson
        ? `${jsonValue({ file: path, event, time, field, kind })}\n`
        : `${printable(path)}  ${where}  ${printable(field)}  ${KINDS[kind]}\n`,
    );
  };
  for (const finding of header.findings) await tell(null, null, finding);
  for (const event of recording.events()) {
    number++;
    const { findings } = scrubber.scrubEvent(event);
    found += findings.length;
    if (number % EVENTS_PER_PAUSE === 0 && findings.length === 0) await terminal.write('');
    for (const finding of findings) await tell(number, clock(event.timeNs), finding);
  }
  if (!isJson) {
    const what = found === 0 ? 'no secret' : countOf(found, 'secret');
    await terminal.write(`${printable(path)}  ${countOf(number, 'event')}, ${what}\n`);
  }
  return found > 0;
}

async function writeCopy(
  { recording }: RecordingFile,
  scrubber: Scrubber,
  output: string,
  isForced: boolean,
  terminal: Terminal,
): Promise<void> {
  checkDocument(output, isForced);
  const header = scrubber.scrubHeader(recording.header);
  let found = header.findings.length;
  const events = [];
  for (const event of recording.events()) {
    const { value, findings } = scrubber.scrubEvent(event);
    found += findings.length;
    if (events.push(value) % EVENTS_PER_PAUSE === 0) await terminal.write('');
  }
  const bytes = writeRecording({ header: header.value, events });
  writeDocument(output, bytes, isForced);
  const what = `${countOf(events.length, 'event')}, ${countOf(found, 'secret')} taken out`;
  await terminal.write(`${printable(output)}  ${what}, ${sizeText(bytes.length)}\n`);
}

const KINDS: { readonly [kind in ScrubFinding['kind']]: string } = {
  key: 'value of a key',
  path: 'value at a path',
  bearer: 'bearer token',
  jwt: 'JSON Web Token',
  pem: 'private key',
  aws: 'AWS key',
  url: 'credentials in a URL',
};
