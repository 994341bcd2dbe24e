// A part of the page that is loaded when it is wanted for the first time: most visits do without it. It is not for what keys
// are typed into at once, such as the search.

import { lazy, Suspense, type ComponentType } from "react";

export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded = lazy(async () => ({ default: await load() })) as unknown as ComponentType<Props>;
  return function Later(props: Props) {
    return <Suspense fallback={null}><Loaded {...props} /></Suspense>;
  };
}
