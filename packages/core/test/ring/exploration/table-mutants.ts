// Mistakes in the thread table, and of those who seal for the dead.

import { type Mutant, NOTHING } from './mutant.ts';

export const TABLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a sealer that leaves claims of the dead',
    file: 'seal-abandoned.ts',
    changes: [
      [
        'if (state !== STATE_CLAIMING && state !== STATE_OPEN) continue;',
        'if (state !== STATE_OPEN) continue;',
      ],
    ],
  },
  {
    name: 'a sealer that leaves open segments of the dead',
    file: 'seal-abandoned.ts',
    changes: [
      [
        'if (state !== STATE_CLAIMING && state !== STATE_OPEN) continue;',
        'if (state !== STATE_CLAIMING) continue;',
      ],
    ],
  },
  {
    name: 'a sealer that frees a claim by a store in place of a swap',
    file: 'seal-abandoned.ts',
    changes: [
      ['Atomics.compareExchange(i64, word, seen, free);', 'Atomics.store(i64, word, free);'],
    ],
  },
  {
    name: 'a sealer that accounts for what another one has sealed',
    file: 'seal-abandoned.ts',
    changes: [
      ['if (Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n) !== seen) return false;', NOTHING],
    ],
  },
  {
    name: 'a sealer that does not count what is torn',
    file: 'seal-abandoned.ts',
    changes: [['if (isTorn) i32[(rowOffset(row) + ROW_TORN) >> 2] = 1;', NOTHING]],
  },
  {
    name: 'a sealer that does not account for the events of the dead',
    likelyIn: 'sealed while what it sent is drained',
    file: 'seal-abandoned.ts',
    changes: [
      ['if (Atomics.load(i64, index) < nextEvent) Atomics.store(i64, index, nextEvent);', NOTHING],
    ],
  },
  {
    name: 'a row taken by a store in place of a swap',
    file: 'thread-table.ts',
    changes: [
      [
        'if (Atomics.compareExchange(i32, state, ROW_FREE, ROW_CLAIMING) === ROW_FREE) return row;',
        'Atomics.store(i32, state, ROW_CLAIMING);\n    return row;',
      ],
    ],
  },
  {
    name: 'an end without a seal',
    file: 'thread-table.ts',
    changes: [['    sealAbandoned(memory, next.row);', NOTHING]],
  },
  {
    name: 'an end that is noted before the seal',
    file: 'thread-table.ts',
    changes: [
      ['    sealAbandoned(memory, next.row);', NOTHING],
      [
        "    // A worker's own workers end with it",
        "    sealAbandoned(memory, next.row);\n    // A worker's own workers end with it",
      ],
    ],
  },
  {
    name: 'a refusal that is not counted',
    likelyIn: 'two writers find a full queue',
    file: 'thread-table.ts',
    changes: [['memory.i64[index] + by);', 'memory.i64[index]);']],
  },
  {
    name: 'a sealer that stores its ticket in place of a swap',
    file: 'seal-abandoned.ts',
    changes: [
      [
        'if (Atomics.compareExchange(i64, ticketIndex, before, ticket) === before) break;',
        'Atomics.store(i64, ticketIndex, ticket);\n    break;',
      ],
    ],
  },
];
