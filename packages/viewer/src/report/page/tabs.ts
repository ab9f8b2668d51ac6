/** Tabs that the arrow keys move between, as the authoring practices for ARIA have them. */

import { type ComponentChild, type ComponentChildren, h } from 'preact';

interface TabsProps {
  readonly names: readonly string[];
  readonly chosen: string;
  choose(name: string): void;
}

export function Tabs({ names, chosen, choose }: TabsProps): ComponentChild {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const name = names[(names.indexOf(chosen) + step + names.length) % names.length];
    choose(name);
    document.getElementById(`tab-${name}`)?.focus();
    event.preventDefault();
  };
  return h(
    'div',
    { role: 'tablist', 'aria-label': 'Views', class: 'tabs', onKeyDown },
    names.map((name) =>
      h(
        'button',
        {
          key: name,
          type: 'button',
          role: 'tab',
          id: `tab-${name}`,
          'aria-selected': name === chosen,
          'aria-controls': 'panel',
          tabIndex: name === chosen ? 0 : -1,
          onClick: () => choose(name),
        },
        name,
      ),
    ),
  );
}

export function TabPanel({
  name,
  children,
}: {
  name: string;
  children?: ComponentChildren;
}): ComponentChild {
  return h(
    'div',
    { role: 'tabpanel', id: 'panel', class: 'panel', 'aria-labelledby': `tab-${name}` },
    children,
  );
}
