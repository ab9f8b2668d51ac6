// The service: it answers under load, a poisoned order kills it, and all threads are in the file.

import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { expect, test } from 'vitest';
import { type Run, runExample } from './run-example.ts';

const ORDER = {
  lines: [
    { sku: 'tea', quantity: 2 },
    { sku: 'mug', quantity: 1 },
  ],
  coupon: 'SPRING',
};

test('http-server answers orders, refuses what is none, and is killed by a coupon', async () => {
  const run = runExample('http-server/main.js');
  const url = await addressOf(run);

  const answer = await post(url, JSON.stringify(ORDER));
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { orderId: 1, cents: 2190, discount: '10.0 %' },
  ]);
  expect((await post(url, '{"lines":')).status).toBe(400);
  const {
    non2xx,
    errors,
    '2xx': answered,
  } = await autocannon({
    url,
    method: 'POST',
    body: JSON.stringify(ORDER),
    connections: 10,
    amount: 2_000,
  });
  expect([non2xx, errors, answered]).toEqual([0, 0, 2_000]);
  await expect(post(url, JSON.stringify({ ...ORDER, coupon: 'WELCOME' }))).rejects.toThrow();

  expect(await run.ended).toEqual({ code: 1, signal: null });
  expect(run.output.stderr).toMatch(/TypeError: .*toFixed/);
  const [recording, ...others] = run.recordings('uncaughtException');
  expect(others).toEqual([]);
  expect(recording.header.trigger).toMatchObject({ kind: 'uncaughtException', thread: 0 });
  expect(recording.losses).toMatchObject({ overwritten: 0, refused: 0, torn: 0 });

  const events = [...recording.events()];
  const counts = new Map<string, number>();
  for (const { message } of events) counts.set(message, (counts.get(message) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    listening: 1,
    'order received': 2_002,
    'order refused': 1,
    'line priced': 2 * 2_002,
    'coupon found': 2_002,
    'order priced': 2_002,
    // The refused one as well, and not the last.
    'order served': 2_002,
  });

  // Thousands of orders, and this one's story over two threads, in order and up to its end.
  const story = events.filter(({ context }) => context.orderId === 2_003);
  expect(story.map(({ logger, message }) => `${logger}: ${message}`)).toEqual([
    'http: order received',
    'pricing: line priced',
    'pricing: line priced',
    'pricing: coupon found',
    'pricing: order priced',
  ]);
  expect(story[3].fields).toEqual({ code: 'WELCOME', coupon: { amountCents: 500 } });
  expect(new Set(story.map(({ thread }) => thread.id)).size).toBe(2);
  expect(recording.threads.length).toBe(4);
});

async function addressOf(run: Run): Promise<string> {
  for (;;) {
    const url = /http:\S+/.exec(run.output.stdout);
    if (url !== null) return url[0];
    if (run.process.exitCode !== null) throw new Error(run.output.stderr);
    await sleep(20);
  }
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', body });
}
