/**
 * Keeps the memory that snapshots are copied to for the next one, if that comes soon: taking it
 * anew and giving it back costs more than the copies.
 */

// Not the globals: those may be fake, and a module registry with globals of its own may have none.
import { clearTimeout, setTimeout } from 'node:timers';

const KEEP_ROOM_MS = 10_000;

export class KeptRoom<Room> {
  readonly #make: () => Room;
  #room: Room | null = null;
  #dropping: NodeJS.Timeout | null = null;

  constructor(make: () => Room) {
    this.#make = make;
  }

  /** For one snapshot, until it is written; null where there is no memory for it. */
  get(): Room | null {
    if (this.#dropping !== null) clearTimeout(this.#dropping);
    this.#dropping = setTimeout(() => {
      this.#room = null;
    }, KEEP_ROOM_MS).unref();
    try {
      this.#room ??= this.#make();
    } catch {
      // The copies, one by one, may find some where the whole does not.
    }
    return this.#room;
  }
}
