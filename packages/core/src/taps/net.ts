/** Sockets of `node:net`, of clients and of servers: opened, connected, closed. Never what they carry. */

import type { Socket } from 'node:net';
import type { Logger } from '../logger/logger.ts';
import { listenOnce, listenToChannel, nextId, startWatch, type TapTools } from './tap.ts';

export function tapNet({ getLogger }: TapTools): void {
  const log = getLogger('net');
  listenToChannel<{ socket: Socket }>('net.client.socket', ({ socket }) => {
    const id = open(log, socket, { side: 'client' });
    if (id === undefined) return;
    listenOnce(socket, 'connect', () => {
      log.debug('socket connected', { socket: id, ...remoteOf(socket) });
    });
  });
  listenToChannel<{ socket: Socket }>('net.server.socket', ({ socket }) => {
    open(log, socket, { side: 'server', ...remoteOf(socket) });
  });
}

/** The id; undefined where the level keeps it out. */
function open(log: Logger, socket: Socket, fields: object): string | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  const id = nextId();
  const watch = startWatch();
  log.debug('socket opened', { socket: id, ...fields });
  listenOnce(socket, 'close', (hadError: boolean) => {
    const { bytesRead, bytesWritten } = socket;
    log.debug('socket closed', { socket: id, bytesRead, bytesWritten, hadError, ms: watch() });
  });
  return id;
}

function remoteOf({ remoteAddress, remotePort }: Socket): object {
  return { remoteAddress, remotePort };
}
