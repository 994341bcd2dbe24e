// A page: its title with at most one filled button, then what filters it, then its content.

import { useEffect, useState, type ReactNode } from "react";
import classes from "./Page.module.css";
import { ToolsPlace } from "./Tools.tsx";

interface Given {
  title: string;
  command?: ReactNode;
  filters?: ReactNode;
  children: ReactNode;
}

export function Page({ title, command, filters, children }: Given) {
  const [tools, setTools] = useState<HTMLElement | null>(null);
  useEffect(() => {
    document.title = `${title} · Ratebook`;
  }, [title]);
  return (
    <main className={classes["page"]} id="content">
      <div className={classes["head"]}>
        <h1>{title}</h1>
        <div className={classes["commands"]}>{command}</div>
      </div>
      <div className={classes["filters"]}>
        {filters}
        <div className={classes["tools"]} ref={setTools} />
      </div>
      <ToolsPlace value={tools}>{children}</ToolsPlace>
    </main>
  );
}

/** The line of sums above or under a list. */
export function Totals({ children }: { children: ReactNode }) {
  return <div className={classes["totals"]} role="status">{children}</div>;
}
