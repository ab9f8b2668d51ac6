// Writes the golden file of format version 1 anew: `npx tsx packages/core/test/formats/make-golden.ts`.
// A released format never changes, so this runs once; a new version gets a new file.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN_PARTS } from './golden-content.ts';
import { recording } from './recording-bytes.ts';

const directory = join(import.meta.dirname, 'golden');
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, 'format-1.bin'), recording(GOLDEN_PARTS));
