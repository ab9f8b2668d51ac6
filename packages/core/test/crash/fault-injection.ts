// Makes chosen system calls of a living process fail, lie or kill it, by strace. Only the main
// thread is touched, whose calls come in the same order each time.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';

export interface Fault {
  readonly name: string;
  /** As strace takes it: what becomes of the call. */
  readonly injection: string;
  /** The only call that can do so; every call where it is not given. */
  readonly call?: string;
}

export const FAULTS: readonly Fault[] = [
  ...['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'EINTR'].map((code) => ({
    name: code,
    injection: `error=${code}`,
  })),
  { name: 'a write that lies', injection: 'retval=7', call: 'write' },
  { name: 'a write that takes nothing', injection: 'retval=0', call: 'write' },
];
export const DEATH: Fault = { name: 'death', injection: 'signal=KILL' };

/**
 * How Node gets its orders, waits, and resets its standard streams at the end, where a failure is
 * its own end; and an answer is one `writev`.
 */
const NO_FILE_CALLS = /^(epoll_|recvmsg|writev|mmap|poll|ppoll|eventfd|fstat\(|fcntl|ioctl)/;

/**
 * A call for a descriptor of something else, as that by which Node wakes a thread. And where Node
 * cannot close what `process.memoryUsage` has read, it aborts.
 */
const NO_FILE = /^\w+\(\d+<(anon_inode|pipe|socket|UNIX)|^close\(\d+<\/proc\/\d+\/stat>/;

/** A tracer at a process's main thread. */
export class Tracer {
  readonly #child: ChildProcess;
  readonly #output: string;

  private constructor(child: ChildProcess, output: string) {
    this.#child = child;
    this.#output = output;
  }

  /** `injection` as strace takes it after `inject=`; without one it only looks. */
  static async attach(pid: number, output: string, injection?: string): Promise<Tracer> {
    const [calls] = injection?.split(':', 1) ?? ['%file,%desc'];
    const inject = injection === undefined ? [] : ['-e', `inject=${injection}`];
    const args = ['-y', '-p', String(pid), '-o', output, '-e', `trace=${calls}`, ...inject];
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      let told = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes('attached')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`strace did not attach: ${told}`)));
    });
    return new Tracer(child, output);
  }

  /** Lets go, and returns the calls that were seen: `name(arguments) = result`. */
  async detach(): Promise<string[]> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGINT');
      await ended;
    }
    return fs
      .readFileSync(this.#output, 'utf8')
      .split('\n')
      .filter((line) => /^\w+\(/.test(line) && !NO_FILE_CALLS.test(line));
  }
}

export interface Call {
  readonly name: string;
  /** The how-manieth of this name, from 1, which is how strace counts. */
  readonly at: number;
}

/** The calls that have to do with files: others are Node's own. */
export function callsForFiles(lines: readonly string[]): Call[] {
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of lines) {
    const name = line.slice(0, line.indexOf('('));
    const at = (counts.get(name) ?? 0) + 1;
    counts.set(name, at);
    if (!NO_FILE.test(line)) calls.push({ name, at });
  }
  return calls;
}

/** Whether a call for a file was made to fail, or none, or one of Node's own that came before. */
export function whatWasHit(lines: readonly string[]): 'a file' | 'nothing' | 'something else' {
  const line = lines.find((line) => line.includes('(INJECTED)'));
  if (line === undefined) return 'nothing';
  return NO_FILE.test(line) ? 'something else' : 'a file';
}
