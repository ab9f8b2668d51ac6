/** The fields of an event or a span as the text that a report keeps of them. */

import { errorLines } from '../format/error-text.ts';
import { keyText, valueText } from '../format/value.ts';
import { FIELD_END, KEY_END, LINE_END } from './layout.ts';

/** `key`, value, end of field, and so on; empty where there is none. All of it printable. */
export function fieldsText(fields: { readonly [key: string]: unknown }): string {
  let text = '';
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    const lines = value instanceof Error ? errorLines(value).join(LINE_END) : valueText(value);
    text += keyText(key) + KEY_END + lines + FIELD_END;
  }
  return text;
}
