/**
 * Requests of undici, and so of `fetch`: begin and end, with status and duration. Never the query,
 * headers or bodies.
 */

import { describeTarget } from './request-target.ts';
import { listenToChannel, nextId, startWatch, type TapTools } from './tap.ts';

interface Request {
  readonly origin?: string | URL;
  readonly method?: string;
  readonly path?: string;
}

interface Sent {
  readonly id: string;
  readonly watch: () => number;
  status: number | undefined;
}

const FIRST_FAILED_STATUS = 500;

export function tapUndici({ getLogger }: TapTools): void {
  const log = getLogger('undici');
  const sent = new WeakMap<Request, Sent>();
  const end = (request: Request, failure: { error?: string }): void => {
    const begun = sent.get(request);
    if (begun === undefined) return;
    sent.delete(request);
    const { id, status, watch } = begun;
    const isFailed = 'error' in failure || (status ?? 0) >= FIRST_FAILED_STATUS;
    const outcome = status === undefined ? failure : { status, ...failure };
    log[isFailed ? 'warn' : 'info']('request ended', {
      clientRequest: id,
      ...outcome,
      ms: watch(),
    });
  };
  listenToChannel<{ request: Request }>('undici:request:create', ({ request }) => {
    if (!log.isLevelEnabled('info')) return;
    const id = nextId();
    sent.set(request, { id, watch: startWatch(), status: undefined });
    const target = describeTarget(request.origin, request.path);
    log.info('request begun', { clientRequest: id, method: request.method, ...target });
  });
  listenToChannel<{ request: Request; response: { statusCode: number } }>(
    'undici:request:headers',
    ({ request, response }) => {
      const begun = sent.get(request);
      if (begun !== undefined) begun.status = response.statusCode;
    },
  );
  listenToChannel<{ request: Request }>('undici:request:trailers', ({ request }) => {
    end(request, {});
  });
  listenToChannel<{ request: Request; error: unknown }>(
    'undici:request:error',
    ({ request, error }) => {
      const { code, name } = Object(error) as { code?: unknown; name?: unknown };
      end(request, { error: String(code ?? name ?? 'Error') });
    },
  );
}
