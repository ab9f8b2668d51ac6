// The http-server example's worker: prices one order after the other, and logs as main does.

import { parentPort } from 'node:worker_threads';
import { getLogger } from 'ttlog';

interface Order {
  lines: { sku: string; quantity: number }[];
  coupon?: string;
}

const log = getLogger('pricing');
const CENTS: Record<string, number> = { tea: 450, coffee: 720, mug: 1290 };
// As the marketing department maintains it.
const COUPONS = JSON.parse('{"SPRING":{"percent":10},"WELCOME":{"amountCents":500}}');

parentPort!.on('message', ({ orderId, order }: { orderId: number; order: Order }) => {
  const orderLog = log.child({ orderId });
  let cents = 0;
  for (const { sku, quantity } of order.lines) {
    const unitCents = CENTS[sku] ?? 0;
    if (unitCents === 0) orderLog.warn('unknown article', { sku });
    else orderLog.trace('line priced', { sku, quantity, unitCents });
    cents += unitCents * quantity;
  }
  const coupon = (order.coupon && COUPONS[order.coupon]) ?? null;
  if (coupon !== null) orderLog.debug('coupon found', { code: order.coupon, coupon });
  orderLog.debug('order priced', { lines: order.lines.length, cents });
  parentPort!.postMessage({ orderId, cents, coupon });
});
