// Imported before a program: tells at its end how much memory it had at most, in bytes.

import { readFileSync, writeFileSync } from 'node:fs';

const KIB = 1024;

process.on('exit', () => {
  writeFileSync(process.env.BENCHMARK_PEAK_RSS!, String(peakKib() * KIB));
});

/** What getrusage says counts the parent's memory as well, which the process had before its exec. */
function peakKib(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (peak !== null) return Number(peak[1]);
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS;
}
