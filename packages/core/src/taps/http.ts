/**
 * Requests of `node:http` and `node:https`, those that come in and those that go out: begin and
 * end, with status and duration. Events of a request that came in carry its id. Never the query,
 * headers or bodies.
 */

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { RunInside } from '../logger/enter-context.ts';
import type { Logger } from '../logger/logger.ts';
import { describeTarget, pathOf } from './request-target.ts';
import { listenOnce, listenToChannel, nextId, startWatch, type TapTools } from './tap.ts';

const FIRST_FAILED_STATUS = 500;

interface Served {
  /** Its events carry the request's id, inside. */
  readonly log: Logger;
  readonly runInside: RunInside;
  readonly watch: () => number;
}

interface Sent {
  readonly id: string;
  readonly watch: () => number;
  status: number | undefined;
}

export function tapHttp(tools: TapTools): void {
  tapServer(tools);
  tapClient(tools);
}

function tapServer({ getLogger, enterContext }: TapTools): void {
  const log = getLogger('http');
  const served = new WeakMap<ServerResponse, Served>();
  const end = (response: ServerResponse, isAborted: boolean): void => {
    const request = served.get(response);
    if (request === undefined) return;
    served.delete(response);
    const status = response.statusCode;
    const level = status >= FIRST_FAILED_STATUS || isAborted ? 'warn' : 'info';
    const outcome = isAborted ? { aborted: true } : { status };
    const fields = { ...outcome, ms: request.watch() };
    request.runInside(() => request.log[level]('request ended', fields));
  };
  listenToChannel<{ request: IncomingMessage; response: ServerResponse }>(
    'http.server.request.start',
    ({ request, response }) => {
      if (!log.isLevelEnabled('info')) return;
      const bindings = { request: nextId() };
      const begun: Served = {
        log: enterContext === null ? log.child(bindings) : log,
        runInside: enterContext === null ? runHere : enterContext(bindings),
        watch: startWatch(),
      };
      served.set(response, begun);
      const fields = { method: request.method, path: pathOf(request.url) };
      begun.runInside(() => begun.log.info('request begun', fields));
      listenOnce(response, 'close', () => end(response, !response.writableFinished));
    },
  );
  listenToChannel<{ response: ServerResponse }>('http.server.response.finish', ({ response }) => {
    end(response, false);
  });
}

const runHere: RunInside = (run) => run();

function tapClient({ getLogger }: TapTools): void {
  const log = getLogger('http.client');
  const sent = new WeakMap<ClientRequest, Sent>();
  const end = (request: ClientRequest): void => {
    const begun = sent.get(request);
    if (begun === undefined) return;
    sent.delete(request);
    const { id, status, watch } = begun;
    const isFailed = status === undefined || status >= FIRST_FAILED_STATUS;
    const outcome = status === undefined ? { aborted: true } : { status };
    log[isFailed ? 'warn' : 'info']('request ended', {
      clientRequest: id,
      ...outcome,
      ms: watch(),
    });
  };
  listenToChannel<{ request: ClientRequest }>('http.client.request.start', ({ request }) => {
    if (!log.isLevelEnabled('info')) return;
    const id = nextId();
    sent.set(request, { id, watch: startWatch(), status: undefined });
    // The port is nowhere else.
    const authority = request.getHeader('host') ?? request.host;
    const target = describeTarget(`${request.protocol}//${authority}`, request.path);
    log.info('request begun', { clientRequest: id, method: request.method, ...target });
    listenOnce(request, 'close', () => end(request));
  });
  listenToChannel<{ request: ClientRequest; response: IncomingMessage }>(
    'http.client.response.finish',
    ({ request, response }) => {
      const begun = sent.get(request);
      if (begun !== undefined) begun.status = response.statusCode;
    },
  );
}
