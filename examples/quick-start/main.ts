// shows a program that crashes and leaves a snapshot of everything it had logged.

import { getLogger, startRecorder } from 'ttlog';

startRecorder({ service: 'payments', snapshots: { announce: true } });
const log = getLogger('orders');

const orders = ['{"id":1,"user":{"name":"Ada"},"cents":1250}', '{"id":2,"cents":9900}'];
for (const text of orders) {
  setImmediate(() => {
    const order = JSON.parse(text);
    log.debug('order received', order);
    log.info('order charged', { name: order.user.name, cents: order.cents });
  });
}
