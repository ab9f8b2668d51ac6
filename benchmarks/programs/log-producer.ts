// A worker that logs, round by round, when the gate opens. See cases/threads.ts.

import { workerData } from 'node:worker_threads';
import { getLogger } from 'ttlog';
import { makeFloor } from '../cases/floor.ts';
import { IPS, LOGGER, MESSAGE } from '../cases/logged-event.ts';
import {
  CALLS,
  IS_FLOOR,
  PRODUCERS,
  type ProducerData,
  WARN_EVERY,
} from '../cases/threads-protocol.ts';
import { Gate } from '../runner/gate.ts';
import type { Subject } from '../runner/interleave.ts';

const { buffer, index } = workerData as ProducerData;
const gate = new Gate(buffer);
const { words } = gate;
const log = getLogger(LOGGER);
let floor: Subject | null = null;
let logged = 0;

function logCalls(calls: number): void {
  const end = logged + calls;
  for (let i = logged; i < end; i++) {
    if ((i & (WARN_EVERY - 1)) === 0) {
      log.warn(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    } else {
      log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    }
  }
  logged = end;
}

function floorCalls(calls: number): void {
  floor ??= makeFloor();
  const { call } = floor;
  for (let i = 0; i < calls; i++) call(i);
}

gate.work(
  () => {
    if (words[IS_FLOOR] === 1) floorCalls(words[CALLS]);
    else logCalls(words[CALLS]);
  },
  () => index < words[PRODUCERS],
);
