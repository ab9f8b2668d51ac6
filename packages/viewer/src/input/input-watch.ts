/**
 * Looks at an input again and again: for what processes that live have logged since, and for files
 * that are new in its directories. A file that was there stays, also when it is removed meanwhile.
 */

import type { RecordingFile } from '../recording-file.ts';
import { findRecordings, isBoxName, STANDARD_INPUT, type Wanted } from './find-recordings.ts';
import { leftInPlaceOf } from './left-recording.ts';
import { isLiving } from './living.ts';
import { openFile } from './open-recordings.ts';

export interface InputPlace {
  readonly operands: readonly string[];
  readonly environment: { readonly [name: string]: string | undefined };
  readonly wanted: Wanted;
}

export class InputWatch {
  readonly #place: InputPlace;
  #files: readonly RecordingFile[];
  /** Whether files may come that are not there yet, for as long as anybody looks. */
  readonly #mayGrow: boolean;
  readonly #refused = new Set<string>();
  /** Boxes that are there no more. */
  readonly #gone = new Set<string>();

  constructor(files: readonly RecordingFile[], place: InputPlace) {
    this.#files = files;
    this.#place = place;
    const named = new Set(files.map(({ path }) => path));
    const { operands } = place;
    const isPlace = (operand: string): boolean => !named.has(operand) && operand !== STANDARD_INPUT;
    this.#mayGrow = operands.some(isPlace);
  }

  /** Whether anything new may come. */
  get isOpen(): boolean {
    return this.#mayGrow || this.#files.some((file) => this.#mayGo(file));
  }

  /** All files, where there is something new in one of them; else null. */
  async look(): Promise<readonly RecordingFile[] | null> {
    let hasNews = false;
    const files: RecordingFile[] = [];
    for (const file of this.#files) {
      const again = this.#mayGo(file) ? await this.#reopened(file) : file;
      if (again !== file) hasNews = true;
      files.push(again);
    }
    for (const path of await this.#newPaths(files)) {
      const result = await openFile(path);
      // It may be half written, or not be a recording at all.
      if (!result.ok) this.#refused.add(path);
      else if (files.some((box) => this.#outlasts(box, result.file))) this.#refused.add(path);
      else {
        files.push(result.file);
        hasNews = true;
      }
    }
    if (!hasNews) return null;
    this.#files = this.#withoutReplaced(files);
    return this.#files;
  }

  #mayGo(file: RecordingFile): boolean {
    return isLiving(file) && !this.#gone.has(file.path);
  }

  /** A black box is in the recording that was made of it, or that its process left. */
  #withoutReplaced(files: readonly RecordingFile[]): RecordingFile[] {
    return files.filter((box) => {
      const isReplaced = (file: RecordingFile): boolean =>
        isBoxOf(box, file) && !this.#outlasts(box, file);
      return !files.some(isReplaced);
    });
  }

  /** Whether a black box goes on after a recording of its process: one that was asked for in between. */
  #outlasts(box: RecordingFile, file: RecordingFile): boolean {
    if (!isBoxOf(box, file)) return false;
    return this.#mayGo(box) || box.recording.endNs > file.recording.endNs + TOLERANCE_NS;
  }

  /** The same file where nothing in it is new; what is there instead of it where it is gone. */
  async #reopened(file: RecordingFile): Promise<RecordingFile> {
    const result = await openFile(file.path);
    if (!result.ok) {
      this.#gone.add(file.path);
      return (await leftInPlaceOf(file)) ?? file;
    }
    return isSame(file, result.file) ? file : result.file;
  }

  async #newPaths(files: readonly RecordingFile[]): Promise<string[]> {
    if (!this.#mayGrow) return [];
    const { operands, environment, wanted } = this.#place;
    const { paths } = await findRecordings(operands, environment, wanted);
    const known = new Set(files.map(({ path }) => path));
    return paths.filter((path) => !known.has(path) && !this.#refused.has(path));
  }
}

function isSame({ recording: left }: RecordingFile, { recording: right }: RecordingFile): boolean {
  const attempted = (threads: typeof left.threads): number =>
    threads.reduce((sum, thread) => sum + thread.attempted, 0);
  return (
    left.header.reason === right.header.reason &&
    left.endNs === right.endNs &&
    attempted(left.threads) === attempted(right.threads)
  );
}

/** The same event by another reading of the wall clock. */
const TOLERANCE_NS = 1_000_000n;

/** Whether one is a black box and the other a recording of the same process. */
function isBoxOf(box: RecordingFile, file: RecordingFile): boolean {
  const { runId } = file.recording.header;
  const isPair = isBoxName(box.path) && !isBoxName(file.path);
  return isPair && runId !== '' && box.recording.header.runId === runId;
}
