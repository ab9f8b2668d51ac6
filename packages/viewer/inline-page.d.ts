// Types of `import text from './page/main.ts?inline-page'`, which the build turns into text.

declare module '*?inline-page' {
  const text: string;
  export default text;
}
