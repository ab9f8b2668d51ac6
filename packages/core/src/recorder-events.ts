/**
 * The recorder's events. Unlike an EventEmitter it never throws: neither for an `error` that
 * nobody listens to nor for a listener that does.
 */
export class RecorderEvents<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  add<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): void {
    if (typeof listener !== 'function') return;
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  remove<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** `onThrow` gets what a listener throws. */
  emit<E extends keyof Events>(event: E, value: Events[E], onThrow: (error: Error) => void): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (value: Events[E]) => void)(value);
      } catch (error) {
        onThrow(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}
