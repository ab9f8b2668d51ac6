// Mistakes of a thread that writes: in its lane, and in how it claims and seals.

import { type Mutant, NOTHING } from './mutant.ts';

const COMMIT = `in capture.ts.
    Atomics.store(this.memory.i32, this.#committedWord, end - this.#start);`;

const OPEN_SWAP = 'return Atomics.compareExchange(i64, word, claiming, open) === claiming;';

export const WRITER_MUTANTS: readonly Mutant[] = [
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
    likelyIn: 'its own segment again',
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
    changes: [['  Atomics.store(memory.i64, ticketIndex, drawTicket(memory, segment));', NOTHING]],
  },
  {
    name: 'a seal that draws its ticket in two steps',
    file: 'segments.ts',
    changes: [
      [
        'return Atomics.add(memory.i64, ticketCounter(memory.homePool(segment)), 1n) + 1n;',
        'const counter = ticketCounter(memory.homePool(segment));\n  return Atomics.store(memory.i64, counter, Atomics.load(memory.i64, counter) + 1n);',
      ],
    ],
  },
  {
    name: 'a seal by a store in place of a swap',
    file: 'segments.ts',
    changes: [
      [
        'Atomics.compareExchange(memory.i64, word, seen, sealed);',
        'Atomics.store(memory.i64, word, sealed);',
      ],
    ],
  },
  {
    name: 'a claim that leaves the generation out of how far it is drained',
    file: 'segments.ts',
    changes: [['signed(BigInt(generation) << 32n)', '0n']],
  },
];
