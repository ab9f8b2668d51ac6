// Workers that throw or are terminated: both histories are in the file, complete and in order.

import { expect, test } from 'vitest';
import { lines, runExample } from './run-example.ts';

test('worker-threads keeps the history of the worker that threw and of the one that was terminated', async () => {
  const run = runExample('worker-threads/main.js');
  expect(await run.ended, run.output.stderr).toEqual({ code: 0, signal: null });

  const [recording] = run.recordings('both_workers_gone');
  expect(recording.header.reason).toBe('both workers gone');
  // The recorder thread has a number too, and joins nobody.
  const [main, first, second, ...others] = recording.threads.map(({ id }) => id).sort();
  expect([main, others]).toEqual([0, []]);
  expect(lines(recording, 0)).toEqual([
    expect.stringMatching(/^error worker failed /),
    `warn worker takes too long and is terminated {"worker":${second}}`,
  ]);

  const thrower = lines(recording, first);
  expect(thrower[0]).toBe('info picture opened {"file":"broken.png"}');
  expect(tilesOf(thrower)).toEqual(numbersTo(50));

  const endless = lines(recording, second);
  expect(endless[0]).toBe('info picture opened {"file":"huge.png"}');
  const tiles = tilesOf(endless);
  expect(tiles.length).toBeGreaterThanOrEqual(100);
  expect(tiles).toEqual(numbersTo(tiles.length));

  for (const { id, attempted, losses, end } of recording.threads) {
    expect(lines(recording, id).length + losses.overwritten).toBe(attempted);
    expect(end?.kind).toBe(id === 0 ? undefined : 'exited');
  }
  // The one that threw has left a snapshot by itself.
  const [ofThrow] = run
    .recordings('uncaughtException')
    .concat(run.recordings('unhandledRejection'));
  expect(ofThrow.header.trigger.thread).toBe(first);
  expect((ofThrow.header.error as Error).message).toBe('unexpected end of file');

  expect(run.output.stdout).toContain('debug tile resized { tile: 50, bytes: ');
});

function tilesOf(events: string[]): number[] {
  return events.slice(1).map((line) => {
    expect(line).toMatch(/^debug tile resized /);
    return JSON.parse(line.slice(line.indexOf('{'))).tile;
  });
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
