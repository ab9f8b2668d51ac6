/** What a log call has besides its message: an object whose own enumerable keys are the fields. */
export type Fields = { readonly [key: string]: unknown };
