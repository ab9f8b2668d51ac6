// The ring's protocol with one mistake each, of the kind that one makes. Each has to be noticed in
// one of the scenarios; and its text has to be found in the source, so that none is left behind.

import type { Mutation } from './step-source.ts';

export interface Mutant extends Mutation {
  readonly name: string;
}

/** In place of a statement that a mutant leaves out. */
const NOTHING = '';

const COMMIT = `in capture.ts.
    Atomics.store(this.memory.i32, this.#committedWord, end - this.#start);`;

const OPEN_SWAP = 'return Atomics.compareExchange(i64, word, claiming, open) === claiming;';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a commit that is not published',
    file: 'lane.ts',
    changes: [[COMMIT, COMMIT.replace('store', 'load').replace(', end - this.#start', '')]],
  },
  {
    name: 'a commit that publishes a word too much',
    file: 'lane.ts',
    changes: [[COMMIT, COMMIT.replace('end -', '8 + end -')]],
  },
  {
    name: 'a record that may end behind the segment',
    file: 'lane.ts',
    changes: [
      ['this.position + lengthBytes <= this.limit', 'this.position < this.limit + lengthBytes'],
    ],
  },
  {
    name: 'a lane that numbers the events of every segment alike',
    file: 'lane.ts',
    changes: [['    this.#firstEvent = nextEvent;', NOTHING]],
  },
  {
    name: 'a lane that goes on without what a claim that was cut off has won',
    file: 'lane.ts',
    changes: [
      ['if (this.#isClaiming) sealAbandoned(this.memory, this.thread.row, this.pool);', NOTHING],
    ],
  },
  {
    name: 'a claim by a store in place of a swap',
    file: 'segments.ts',
    changes: [
      [
        'if (Atomics.compareExchange(i64, word, seen, claiming) !== seen) return false;',
        'Atomics.store(i64, word, claiming);',
      ],
    ],
  },
  {
    name: 'a claim that does not raise the generation',
    file: 'segments.ts',
    changes: [
      [
        '(wordGeneration(BigInt.asUintN(64, seen)) + 1) >>> 0',
        'wordGeneration(BigInt.asUintN(64, seen))',
      ],
    ],
  },
  {
    name: 'a claim that leaves the committed length of the last tenant',
    file: 'segments.ts',
    changes: [['  Atomics.store(i32, committed, 0);', NOTHING]],
  },
  {
    name: 'a claim that sets the committed length to zero once it is open',
    file: 'segments.ts',
    changes: [
      ['  Atomics.store(i32, committed, 0);', NOTHING],
      [
        OPEN_SWAP,
        `const isOpen = ${OPEN_SWAP.slice(7)}\n  Atomics.store(i32, committed, 0);\n  return isOpen;`,
      ],
    ],
  },
  {
    name: 'a claim that takes what it saw as free without a second look',
    file: 'segments.ts',
    changes: [['if (state !== STATE_FREE) return false;', NOTHING]],
  },
  {
    name: 'a claim that takes what it saw as sealed without a second look',
    file: 'segments.ts',
    changes: [
      ['if (state !== STATE_SEALED || ticket !== candidate.ticket) return false;', NOTHING],
    ],
  },
  {
    name: 'a claim of the newest sealed segment',
    file: 'segments.ts',
    changes: [
      ['let bestTicket = Number.POSITIVE_INFINITY;', 'let bestTicket = -1;'],
      ['if (ticket < bestTicket) {', 'if (ticket > bestTicket) {'],
    ],
  },
  {
    name: 'a claim that leaves the event count of the last tenant',
    file: 'segments.ts',
    changes: [['  i32[(offset + SEGMENT_EVENT_COUNT) >> 2] = COUNT_UNKNOWN;', NOTHING]],
  },
  {
    name: 'a claim that leaves the running number of the last tenant',
    file: 'segments.ts',
    changes: [['  i64[(offset + SEGMENT_FIRST_EVENT) >> 3] = claim.firstEvent;', NOTHING]],
  },
  {
    name: 'a claim that writes the header once it is open',
    file: 'segments.ts',
    changes: [
      ['  i32[(offset + SEGMENT_INCARNATION) >> 2] = claim.incarnation;', NOTHING],
      [
        OPEN_SWAP,
        `const isOpen = ${OPEN_SWAP.slice(7)}
  i32[(offset + SEGMENT_INCARNATION) >> 2] = claim.incarnation;
  return isOpen;`,
      ],
    ],
  },
  {
    name: 'a claim that leaves the records of the last tenant',
    file: 'segments.ts',
    changes: [
      [
        'f64.fill(0, (offset + SEGMENT_HEADER_BYTES) >> 3, (offset + memory.segmentBytes) >> 3);',
        NOTHING,
      ],
    ],
  },
  {
    name: 'a claim that zeroes one word of the next segment',
    file: 'segments.ts',
    changes: [
      ['(offset + memory.segmentBytes) >> 3);', '((offset + memory.segmentBytes) >> 3) + 1);'],
    ],
  },
  {
    name: 'a seal that does not account for the segment',
    file: 'segments.ts',
    changes: [
      ['Atomics.store(i64, nextEventIndex(note.row, note.pool), note.nextEvent);', NOTHING],
    ],
  },
  {
    name: 'a seal that accounts for the segment once it may be reused',
    file: 'segments.ts',
    changes: [
      [
        `Atomics.store(i64, nextEventIndex(note.row, note.pool), note.nextEvent);
  sealWord(memory, segment, note.word);`,
        `sealWord(memory, segment, note.word);
  Atomics.store(i64, nextEventIndex(note.row, note.pool), note.nextEvent);`,
      ],
    ],
  },
  {
    name: 'a seal that counts an event too many',
    file: 'segments.ts',
    changes: [['>> 2] = note.eventCount;', '>> 2] = note.eventCount + 1;']],
  },
  {
    name: 'a seal without a ticket',
    file: 'segments.ts',
    changes: [['  Atomics.store(i64, (offset + SEGMENT_TICKET) >> 3, ticket);', NOTHING]],
  },
  {
    name: 'a seal that draws its ticket in two steps',
    file: 'segments.ts',
    changes: [
      [
        'const ticket = Atomics.add(i64, counter, 1n) + 1n;',
        'const ticket = Atomics.load(i64, counter) + 1n;\n  Atomics.store(i64, counter, ticket);',
      ],
    ],
  },
  {
    name: 'a seal by a store in place of a swap',
    file: 'segments.ts',
    changes: [
      [
        'Atomics.compareExchange(i64, (offset + SEGMENT_WORD) >> 3, seen, sealed);',
        'Atomics.store(i64, (offset + SEGMENT_WORD) >> 3, sealed);',
      ],
    ],
  },
  {
    name: 'a sealer that leaves claims of the dead',
    file: 'segments.ts',
    changes: [
      [
        'if (state !== STATE_CLAIMING && state !== STATE_OPEN) continue;',
        'if (state !== STATE_OPEN) continue;',
      ],
    ],
  },
  {
    name: 'a sealer that leaves open segments of the dead',
    file: 'segments.ts',
    changes: [
      [
        'if (state !== STATE_CLAIMING && state !== STATE_OPEN) continue;',
        'if (state !== STATE_CLAIMING) continue;',
      ],
    ],
  },
  {
    name: 'a sealer that frees a claim by a store in place of a swap',
    file: 'segments.ts',
    changes: [
      ['Atomics.compareExchange(i64, word, seen, free);', 'Atomics.store(i64, word, free);'],
    ],
  },
  {
    name: 'a sealer that accounts for what another one has sealed',
    file: 'segments.ts',
    changes: [
      ['if (Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n) !== seen) return false;', NOTHING],
    ],
  },
  {
    name: 'a sealer that does not count what is torn',
    file: 'segments.ts',
    changes: [['if (isTorn) i32[(rowOffset(row) + ROW_TORN) >> 2] = 1;', NOTHING]],
  },
  {
    name: 'a sealer that does not account for the events of the dead',
    file: 'segments.ts',
    changes: [
      ['if (Atomics.load(i64, index) < nextEvent) Atomics.store(i64, index, nextEvent);', NOTHING],
    ],
  },
  {
    name: 'a copy that is not checked',
    file: 'capture.ts',
    changes: [['if (now >> 8n !== cut.word >> 8n) return null;', NOTHING]],
  },
  {
    name: 'a copy whose check ignores the generation',
    file: 'capture.ts',
    changes: [
      [
        'if (now >> 8n !== cut.word >> 8n) return null;',
        'if (wordRow(now) !== wordRow(cut.word)) return null;',
      ],
    ],
  },
  {
    name: 'a copy that takes the count of a segment that was open',
    file: 'capture.ts',
    changes: [['!cut.isOpen && knownCount !== COUNT_UNKNOWN', 'knownCount !== COUNT_UNKNOWN']],
  },
  {
    name: 'a cut that takes claims for segments',
    file: 'cut.ts',
    changes: [
      [
        'if (state !== STATE_OPEN && state !== STATE_SEALED) continue;',
        'if (state === 0) continue;',
      ],
    ],
  },
  {
    name: 'a cut of one round',
    file: 'cut.ts',
    changes: [['return bound !== undefined && firstEvent <= bound;', 'return true;']],
  },
  {
    name: 'a consumer that stores how far it came in place of a swap',
    file: 'drain.ts',
    changes: [
      [
        'if (Atomics.compareExchange(i64, drainedIndex, drainedWord, moved) !== drainedWord) {',
        'Atomics.store(i64, drainedIndex, moved);\n    if (committed < 0) {',
      ],
    ],
  },
  {
    name: 'a consumer that takes the length before it takes the word',
    file: 'drain.ts',
    changes: [
      ['  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);', NOTHING],
      [
        '  const drainedWord = Atomics.load(i64, drainedIndex);',
        `  const drainedWord = Atomics.load(i64, drainedIndex);
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);`,
      ],
    ],
  },
  {
    name: 'a consumer that frees open segments',
    file: 'drain.ts',
    changes: [['if (state === STATE_SEALED) {', 'if (state !== STATE_FREE) {']],
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
    file: 'thread-table.ts',
    changes: [['memory.i64[index] + by);', 'memory.i64[index]);']],
  },
];
