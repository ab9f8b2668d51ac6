// Mistakes of those who read: captures and consumers.

import { type Mutant, NOTHING } from './mutant.ts';

export const READER_MUTANTS: readonly Mutant[] = [
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
        'if (state !== STATE_OPEN && state !== STATE_SEALED) return null;',
        'if (state === 0) return null;',
      ],
    ],
  },
  {
    name: 'a cut of one round',
    likelyIn: 'a drained segment is given',
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
    name: 'a consumer that takes whatever stands in a segment by now',
    file: 'drain.ts',
    changes: [["if (generation !== wordGeneration(cut.word)) return 'done';", NOTHING]],
  },
  {
    name: 'a capture that reads the rows once the moment is cut',
    likelyIn: 'entries of two words',
    file: 'capture.ts',
    changes: [
      ['  const rows = readRows(memory);', NOTHING],
      [
        '  const cuts = cutRing(memory);',
        '  const cuts = cutRing(memory);\n  const rows = readRows(memory);',
      ],
    ],
  },
  {
    name: 'a capture that does not look for what it missed',
    likelyIn: 'its own segment again',
    file: 'capture.ts',
    changes: [['changesSoFar(memory) === changes;', 'changes !== null;']],
  },
  {
    name: 'a capture that takes for gone what was opened behind its back',
    likelyIn: 'entries of two words',
    file: 'missed-events.ts',
    changes: [['return standing === counted ? next : standing;', 'return sealedNext;']],
  },
  {
    name: 'a capture that takes for gone what was added behind its back',
    likelyIn: 'entries of two words',
    file: 'missed-events.ts',
    changes: [['sealedEnd(memory, last, present) ?? sealedNext', 'last.nextEvent']],
  },
  {
    name: 'a cut that does not look at a word again',
    likelyIn: 'a drained segment is given',
    file: 'cut.ts',
    changes: [['if (Atomics.add(i64, index, 0n) >> 8n !== seen >> 8n) return null;', NOTHING]],
  },
  {
    name: 'a consumer that leaves the generation out of how far it came',
    likelyIn: 'a queue of one segment',
    file: 'drain.ts',
    changes: [['(BigInt(generation) << 32n) | BigInt(committed)', 'BigInt(committed)']],
  },
];
