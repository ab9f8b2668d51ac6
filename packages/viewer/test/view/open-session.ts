// The full-screen reader without a terminal: keys go in, pictures come out as text.

import { type WritableEvent, writeRecording } from 'ttlog/reader';
import { catPieces } from '../../src/commands/export-pieces.ts';
import { modeOf } from '../../src/commands/view-outlets.ts';
import { palette } from '../../src/format/colour.ts';
import type { Picture } from '../../src/output/picture.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import type { Errand } from '../../src/view/errands.ts';
import type { FirstLook, View, WriteTarget } from '../../src/view/model.ts';
import { Session, type Source, type Surface } from '../../src/view/session.ts';
import type { SourcePlace } from '../../src/view/source-place.ts';
import { openRecordingFile, SAMPLE_NS, sampleHeader, sampleThread } from '../sample.ts';

export class FakeSurface implements Surface {
  columns = 100;
  lines = 24;
  picture: Picture = { lines: [], cursor: null, isPartial: false };
  copied: string[] = [];
  readonly asked: string[] = [];
  /** A clock that stands still unless a test says otherwise. */
  nowMs: () => number = () => 0;

  readonly partialPictures: string[] = [];

  paint(picture: Picture): void {
    this.picture = picture;
    if (picture.isPartial) this.partialPictures.push(this.text);
  }
  copy(text: string): void {
    this.copied.push(text);
  }
  redraw(): void {
    this.asked.push('redraw');
  }
  suspend(): void {
    this.asked.push('suspend');
  }
  interrupt(): void {
    this.asked.push('interrupt');
  }
  setMouse(isOn: boolean): void {
    this.asked.push(isOn ? 'mouse' : 'no mouse');
  }
  isInTmux = false;

  get text(): string {
    return this.picture.lines.map(({ text }) => text).join('\n');
  }
  get edge(): string {
    return this.picture.lines.map(({ edge }) => edge || ' ').join('');
  }
  /** The line of the chosen event. */
  get chosen(): string {
    return this.picture.lines.find(({ text }) => text.startsWith('>'))?.text ?? '';
  }
  get status(): string {
    return this.picture.lines.at(-1)?.text ?? '';
  }
}

/** What left the reader. */
export interface Sent {
  readonly edited: SourcePlace[];
  readonly piped: { command: string; text: string }[];
  readonly written: (WriteTarget & { count: number })[];
  /** What becomes of writing. */
  writing: (errand: Errand) => Promise<string>;
}

export interface OpenSession {
  readonly surface: FakeSurface;
  readonly session: Session;
  readonly view: View;
  readonly sent: Sent;
  /** Of the hundred events: the chosen one, and those on the screen. */
  readonly chosenId: number;
  readonly ids: number[];
  /** Presses keys one after another, each when what the one before began is done. */
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
}

export async function openSession(
  files: readonly RecordingFile[],
  look: Partial<FirstLook> = {},
  surface: FakeSurface = new FakeSurface(),
  source?: Source,
): Promise<OpenSession> {
  const sent: Sent = { edited: [], piped: [], written: [], writing: async () => 'written' };
  const session = new Session(surface, {
    files,
    outlets: {
      async edit(place) {
        sent.edited.push(place);
        return 'edited';
      },
      async pipe(command, events, clock) {
        const look = { mode: modeOf(clock), utc: true, palette: palette(false) };
        const pieces = [...catPieces(events.events, events.files, look)];
        sent.piped.push({ command, text: pieces.map(({ text }) => text).join('') });
        return '';
      },
      async write(target, { count }, _clock, errand) {
        sent.written.push({ ...target, count });
        return sent.writing(errand);
      },
    },
    ...(source === undefined ? {} : { source }),
    colours: palette(false),
    utc: true,
    look: {
      clock: 'utc',
      isAtEnd: false,
      filters: [],
      minSeverity: 1,
      contextEvents: 0,
      hasHistogram: false,
      ...look,
    },
  });
  void session.run();
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      session.key(key);
      await settled();
    }
  };
  await settled();
  return {
    surface,
    session,
    sent,
    get view() {
      return session.view;
    },
    get chosenId() {
      return Number(/ id=(\d+)/.exec(surface.chosen)?.[1] ?? Number.NaN);
    },
    get ids() {
      return Array.from(surface.text.matchAll(/ id=(\d+)/g), (match) => Number(match[1]));
    },
    press,
    type: (text) => press(...text),
  };
}

export function openHundred(): Promise<OpenSession> {
  return openSession([recordingOf(hundredEvents())]);
}

/** Small recordings are done within a few turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const MAIN = { id: 0, name: 'main' };
const WORKER = { id: 1, name: 'images' };

/** A hundred events of two threads; every tenth an error, every seventh of a trace, one gap. */
export function hundredEvents(): WritableEvent[] {
  return Array.from({ length: 100 }, (_, at) => ({
    timeNs: SAMPLE_NS + BigInt(at) * 1_000_000n + (at >= 50 ? 60_000_000_000n : 0n),
    level: at % 10 === 9 ? 'error' : at % 10 === 4 ? 'warn' : 'info',
    logger: 'http',
    message: at % 3 === 0 ? `request ${at} served` : 'cache miss',
    fields: { id: at, user: { name: at % 2 === 0 ? 'Ada' : 'Bob' } },
    thread: at % 5 === 0 ? WORKER : MAIN,
    ...(at % 7 === 0 ? { traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } : {}),
  }));
}

export function recordingOf(
  events: readonly WritableEvent[],
  overrides: Parameters<typeof sampleHeader>[0] = {},
): RecordingFile {
  return openRecordingFile(recordingBytes(events, overrides));
}

export function recordingBytes(
  events: readonly WritableEvent[],
  overrides: Parameters<typeof sampleHeader>[0] = {},
): Uint8Array {
  const threads = [sampleThread(MAIN), sampleThread({ ...WORKER, parent: 0 })];
  return writeRecording({ header: sampleHeader({ threads, ...overrides }), events });
}
