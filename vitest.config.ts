// Runs the tests of all packages. Tests that start a worker or a process use what `build` made.

import type { ViteUserConfig } from 'vitest/config';
import { DefaultReporter } from 'vitest/node';
import { ALIASES, inlineThreadForVite } from './packages/core/bundling.ts';
import { inlinePageForVite } from './packages/viewer/bundling.ts';

/** Adds the counts once more as a last line of plain text, for machines. */
class CountingReporter extends DefaultReporter {
  override onTestRunEnd(...run: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...run);
    const [modules, unhandledErrors] = run;
    let passed = 0;
    // A file that cannot be loaded and an error outside any test count as failures too.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') failed++;
      }
    }
    this.log(`${passed} passed, ${failed} failed`);
  }
}

/** Tests that hold a time to a limit: they run when all others are done, one file at a time. */
const TIMED = [
  'packages/core/test/black-box/kill-loop.test.ts',
  'packages/core/test/crash/{bursts,cost-of-dying,exit,stall}.test.ts',
  'packages/core/test/threads/overload.test.ts',
];

const config: ViteUserConfig = {
  plugins: [inlineThreadForVite, inlinePageForVite],
  resolve: { alias: ALIASES },
  test: {
    reporters: [new CountingReporter()],
    // Tests measure memory, exit codes and signals, so each file has a process of its own.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: [
            'packages/*/test/**/*.test.ts',
            'examples/test/**/*.test.ts',
            'benchmarks/test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...TIMED],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'timed', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
};

export default config;
