// shows a service under load that one request kills: HTTP on main, prices on workers, one history.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { defineEvent, getLogger, type Logger, startRecorder } from 'ttlog';

// Before the workers are made, so that they join.
startRecorder({ service: 'checkout', snapshots: { announce: true } });
const log = getLogger('http');
const served = defineEvent('order served', { status: 'int', ms: 'number' }, { logger: 'http' });

interface Waiting {
  response: ServerResponse;
  orderLog: Logger;
  sinceMs: number;
}

const waiting = new Map<number, Waiting>();
const workers = Array.from({ length: 3 }, () => startPricing());
let lastOrderId = 0;

function startPricing(): Worker {
  const worker = new Worker(new URL('pricing.js', import.meta.url));
  return worker.on('message', ({ orderId, cents, coupon }) => {
    // The bug: not every coupon has a percentage.
    const discount = coupon === null ? 'none' : `${coupon.percent.toFixed(1)} %`;
    answer(orderId, 200, { orderId, cents, discount });
  });
}

function answer(orderId: number, status: number, body: object): void {
  const { response, orderLog, sinceMs } = waiting.get(orderId)!;
  waiting.delete(orderId);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const ms = Number((performance.now() - sinceMs).toFixed(2));
  served.with(orderLog).info({ status, ms });
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const orderId = ++lastOrderId;
  const orderLog = log.child({ orderId });
  waiting.set(orderId, { response, orderLog, sinceMs: performance.now() });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const order = JSON.parse(Buffer.concat(chunks).toString());
    orderLog.info('order received', order);
    workers[orderId % workers.length].postMessage({ orderId, order });
  } catch (error) {
    orderLog.warn('order refused', error);
    answer(orderId, 400, { error: String(error) });
  }
}

const server = createServer(receive).listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  log.info('listening', { port, workers: workers.length });
  console.log(`listening on http://127.0.0.1:${port}`);
});
