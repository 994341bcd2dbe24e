// A page: its title with at most one filled button, then what filters it, then its content.

import { useLocation, useParams } from "@tanstack/react-router";
import { isValidElement, useEffect, useState, type ReactNode } from "react";
import { Fault } from "./Fault.tsx";
import classes from "./Page.module.css";
import { useOpened } from "./useRecent.ts";
import { ToolsPlace } from "./Tools.tsx";

interface Given {
  title: string;
  command?: ReactNode;
  filters?: ReactNode;
  children: ReactNode;
}

export function Page({ title, command, filters, children }: Given) {
  const params = useParams({ strict: false });
  const { pathname: path } = useLocation();
  // A page with a parameter shows one record; until it is there, the page has no content.
  const isRecord = Object.keys(params).length > 0 && children !== null && children !== undefined && !isFault(children);
  useOpened(isRecord ? { path, title } : undefined);
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

function isFault(children: ReactNode): boolean {
  return isValidElement(children) && children.type === Fault;
}

/** The line of sums above or under a list. */
export function Totals({ children }: { children: ReactNode }) {
  return <div className={classes["totals"]} role="status">{children}</div>;
}
