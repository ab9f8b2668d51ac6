// What Node prints when it aborts, without what differs from one run of the same program to the next.

/** Frames of native code and of JavaScript, V8's account of its heap, and where in memory it was. */
export function withoutFigures(stderr: string): string {
  return (
    stderr
      // ` 1: 0xb7a940 node::Abort() [node]`
      .replace(/^ *\d+: 0x[0-9a-f]+.*\n/gm, '')
      // `[4711:0x65f3a40]  131 ms: Mark-sweep 23.6 (26.3) -> 23.5 (26.3) MB, ...`
      .replace(/^\[<pid>:0x[0-9a-f]+\].*\n/gm, '')
      // That account begins with what a ring of characters has left, sometimes with a line's end.
      .replace(/(?<=^<--- Last few GCs --->\n)\n+/gm, '\n')
      // Of two reasons to give up, which one comes first is a matter of time.
      .replace(/(?<=^FATAL ERROR: ).*(?= Allocation failed)/gm, '<limit>')
  );
}
