// The event that nearly all cases log, so that they can be compared: an integer, two short texts,
// a boolean. Each case writes the object literal itself, as applications do.

import type { RecordedEvent } from 'ttlog/reader';

export const MESSAGE = 'user action performed';
export const LOGGER = 'benchmark';

/** Texts that differ from call to call, but are not made anew at each. */
export const IPS: readonly string[] = Array.from({ length: 64 }, (_, i) => `192.168.1.${i}`);

/** What stands in the fields of call `i`. */
export interface LoggedFields {
  readonly userId: number;
  readonly action: string;
  readonly ip: string;
  readonly ok: boolean;
}

/** Whether these are all the fields of some call, as they were passed. */
export function areLoggedFields(fields: { readonly [key: string]: unknown }): boolean {
  const { userId, action, ip, ok } = fields;
  return (
    Object.keys(fields).length === 4 &&
    Number.isInteger(userId) &&
    action === 'login' &&
    ip === IPS[(userId as number) & 63] &&
    ok === true
  );
}

export function isLoggedEvent({ message, logger, fields }: RecordedEvent): boolean {
  return message === MESSAGE && logger === LOGGER && areLoggedFields(fields);
}
