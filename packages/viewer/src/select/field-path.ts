/**
 * Where a query's name is looked for in an event: a field, else a binding; `a.b` inside, `a.[0]` an
 * item, `a.[].b` any item. A key that holds dots itself is found as well.
 */

import type { RecordedEvent } from 'ttlog/reader';
import { Mark } from 'ttlog/reader';
import { ABSENT, property, type ValueTest } from './field-match.ts';

/** Whether a value of that name passes; `null` where the event has none of that name. */
export type FieldLookup = (event: RecordedEvent, isWanted: ValueTest) => boolean | null;

type Step = { readonly key: string } | { readonly item: number } | 'any';

export function fieldLookup(name: string): FieldLookup {
  if (/^[^.[\]]+$/.test(name)) {
    return ({ fields, context }, isWanted) => {
      if (Object.hasOwn(fields, name)) return isWanted(fields[name]);
      return Object.hasOwn(context, name) ? isWanted(context[name]) : null;
    };
  }
  const steps = stepsOf(name);
  return ({ fields, context }, isWanted) =>
    find(fields, steps, 0, isWanted) ?? find(context, steps, 0, isWanted);
}

function stepsOf(name: string): Step[] {
  const steps: Step[] = [];
  for (const [, item, key] of name.matchAll(/\[(\d*)\]|([^.[\]]+)/g)) {
    if (key !== undefined) steps.push({ key });
    else steps.push(item === '' ? 'any' : { item: Number(item) });
  }
  return steps;
}

/** Takes the longest key that fits first, since `a.b` may be one key. */
function find(
  container: unknown,
  steps: readonly Step[],
  index: number,
  isWanted: ValueTest,
): boolean | null {
  if (index === steps.length) return isWanted(container);
  if (typeof container !== 'object' || container === null) return null;
  const step = steps[index];
  if (step === 'any' || 'item' in step) {
    const items = itemsOf(container, step);
    const results = items.map((item) => find(item, steps, index + 1, isWanted));
    return results.reduce((found, result) => (found ? found : (result ?? found)), null);
  }
  let key = '';
  const keys: string[] = [];
  for (let end = index; end < steps.length; end++) {
    const part = steps[end];
    if (part === 'any' || 'item' in part) break;
    key += (end === index ? '' : '.') + part.key;
    keys.push(key);
  }
  for (let count = keys.length; count > 0; count--) {
    const value = property(container, keys[count - 1]);
    if (value === ABSENT) continue;
    const result = find(value, steps, index + count, isWanted);
    if (result !== null) return result;
  }
  return null;
}

function itemsOf(container: object, step: 'any' | { readonly item: number }): unknown[] {
  const value = container instanceof Mark ? container.value : container;
  const items = value instanceof Set ? [...value] : Array.isArray(value) ? value : [];
  if (step === 'any') return items;
  return step.item < items.length ? [items[step.item]] : [];
}
