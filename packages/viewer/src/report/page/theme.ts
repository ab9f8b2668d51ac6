/** Colours for what is drawn rather than styled: those of the style sheet, and when they change. */

import { useEffect, useState } from 'preact/hooks';

/** Raised whenever colours may have changed. */
export function useThemeVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const raise = (): void => setVersion((before) => before + 1);
    const preference = matchMedia('(prefers-color-scheme: dark)');
    preference.addEventListener('change', raise);
    window.addEventListener('themechange', raise);
    return () => {
      preference.removeEventListener('change', raise);
      window.removeEventListener('themechange', raise);
    };
  }, []);
  return version;
}

export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function levelColour(level: number): string {
  return colour(`level-${level}`);
}

/** The width of labels left of the histogram and the lanes, and what is free on the right. */
export const LABEL_PX: number = 180;
export const MARGIN_PX: number = 14;

/** The width of an element, from the first layout on. */
export function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return Math.floor(width);
}
