// What the figures were measured on, and whether it was quiet enough for them to mean something.

import os from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Average over one minute, before the first case and after the last. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Above this load a core, other work takes a share that medians do not hide. */
const HIGH_LOAD_A_CORE = 0.5;

export function describeMachine(loadBefore: number): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    loadBefore,
    loadAfter: currentLoad(),
  };
}

export function currentLoad(): number {
  return os.loadavg()[0];
}

/** A warning, or null where the machine was quiet before the run. */
export function loadWarning(loadBefore: number): string | null {
  const cores = os.cpus().length;
  if (loadBefore <= cores * HIGH_LOAD_A_CORE) return null;
  return (
    `The load average is ${loadBefore.toFixed(1)} on ${cores} cores before the first case: other ` +
    'work is running, and these figures say little.'
  );
}

export function machineLine({ cpu, cores, memoryGiB, system, node, v8 }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node} (V8 ${v8})`;
}
