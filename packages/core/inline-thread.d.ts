// Types of `import code from './main.ts?inline-thread'`, which the build turns into text.

declare module '*?inline-thread' {
  const code: string;
  export default code;
}
