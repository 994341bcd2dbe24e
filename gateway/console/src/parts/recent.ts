// The records that were opened last, newest first.

export interface Opened {
  path: string;
  title: string;
}

const MOST = 12;

/** The list with a record as its first; the same record is in it once. */
export function opened(pages: readonly Opened[], page: Opened): readonly Opened[] {
  const [first] = pages;
  if (first?.path === page.path && first.title === page.title) return pages;
  return [page, ...pages.filter((one) => one.path !== page.path)].slice(0, MOST);
}
