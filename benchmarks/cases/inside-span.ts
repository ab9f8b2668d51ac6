// What the active span adds to a log call: the same call inside a span of the OpenTelemetry SDK,
// with ids and flags on every event, beside the call without any tracing.

import { context, type Span, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { traceEvents } from '@ttlog/tracing';
import { getLogger, type Recorder, startRecorder } from 'ttlog';
import type { CaseTable, Measured, Plan } from '../runner/case.ts';
import { FIGURE } from '../runner/figure.ts';
import type { Subject } from '../runner/interleave.ts';
import { measureCalls } from './call-figures.ts';
import { checkStored } from './check-stored.ts';
import { IPS, isLoggedEvent, LOGGER, MESSAGE } from './logged-event.ts';

export const INSIDE_SPAN: CaseTable = {
  'log/inside-span': {
    what: 'four fields inside a span of the OpenTelemetry SDK, beside the same call without tracing',
    measure,
  },
};

async function measure(plan: Plan): Promise<Measured> {
  const recorder = startRecorder();
  const provider = new NodeTracerProvider();
  provider.register();
  const outside = makeOutside(recorder);
  const measured = await trace.getTracer(LOGGER).startActiveSpan('measured', (span) =>
    measureCalls(
      {
        subject: makeInside(recorder, span),
        beside: { [FIGURE.overOutside]: outside },
        check: (calls, besideCalls) => {
          const { traceId } = span.spanContext();
          return checkStored(
            recorder,
            calls + besideCalls(outside),
            (event) =>
              isLoggedEvent(event) && (event.traceId === traceId || event.traceId === undefined),
            plan,
          );
        },
      },
      plan,
    ),
  );
  await provider.shutdown();
  await recorder.stop();
  return measured;
}

function makeInside(recorder: Recorder, span: Span): Subject {
  const log = getLogger(LOGGER);
  return {
    name: 'inside a span',
    call: (i) => {
      log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    },
    around: (loop) => {
      traceEvents(recorder);
      context.with(trace.setSpan(context.active(), span), loop);
    },
  };
}

function makeOutside(recorder: Recorder): Subject {
  const log = getLogger(LOGGER);
  return {
    name: 'outside',
    call: (i) => {
      log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    },
    around: (loop) => {
      recorder.setTraceContext(() => undefined);
      loop();
    },
  };
}
