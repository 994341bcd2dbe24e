// What can be done with a whole list: choose its columns, keep its filters under a name, and have it as a file. The tools are
// at the end of the filters of the page.

import { Button, Menu, Popover, TextInput } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { createContext, useState, type FormEvent } from "react";
import { fileOf } from "../api/calls.ts";
import { arranged, AS_MADE, moved, toggled, type ColumnChoice } from "./columns.ts";
import { FileLink } from "./FileLink.tsx";
import classes from "./Tools.module.css";
import { usePreference } from "./usePreference.ts";
import type { ListFile } from "./useList.ts";

/** Where a page has its tools; there are none outside of pages. */
export const ToolsPlace = createContext<HTMLElement | null>(null);

interface Named {
  field: string;
  head: string;
  pin?: "left" | "right";
}

interface Given {
  label: string;
  columns: readonly Named[];
  choice: ColumnChoice;
  choose: (choice: ColumnChoice) => void;
  file: ListFile | undefined;
}

export function Tools({ label, columns, choice, choose, file }: Given) {
  return (
    <>
      <Views label={label} />
      <ColumnsMenu label={label} columns={columns} choice={choice} choose={choose} />
      {file !== undefined && <Files file={file} />}
    </>
  );
}

function ColumnsMenu({ label, columns, choice, choose }: Omit<Given, "file">) {
  const free = arranged(columns, choice).filter((column) => column.pin === undefined);
  return (
    <Popover position="bottom-end" trapFocus returnFocus withRoles={false}>
      <Popover.Target><Button variant="default" aria-label={`Columns of ${label}`}>Columns</Button></Popover.Target>
      <Popover.Dropdown aria-label={`Columns of ${label}`} role="dialog">
        <ul className={classes["columns"]}>
          {free.map(({ field, head }, place) => (
            <li key={field}>
              <label><input type="checkbox" checked={!choice.hidden.includes(field)} onChange={() => choose(toggled(choice, field))} /> {head}</label>
              <button type="button" aria-label={`${head}: earlier`} disabled={place === 0} onClick={() => choose(moved(columns, choice, field, -1))}>↑</button>
              <button type="button" aria-label={`${head}: later`} disabled={place === free.length - 1} onClick={() => choose(moved(columns, choice, field, 1))}>↓</button>
            </li>
          ))}
        </ul>
        <Button variant="subtle" onClick={() => choose(AS_MADE)} disabled={choice.hidden.length === 0 && choice.order.length === 0}>All columns, as they were</Button>
      </Popover.Dropdown>
    </Popover>
  );
}

const TYPES: Readonly<Record<string, string>> = { pdf: "application/pdf", csv: "text/csv", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };

function Files({ file }: { file: ListFile }) {
  return file.kinds.map((kind) => (
    <FileLink key={kind} words={kind.toUpperCase()} name={`${file.name}.${kind}`} about={`All that matches the filters, as ${kind.toUpperCase()}`}
      get={() => fileOf(file.path, file.query, TYPES[kind] ?? "")} />
  ));
}

interface View {
  name: string;
  search: string;
}
type AllViews = Readonly<Record<string, readonly View[]>>;
const NO_VIEWS: AllViews = {};

function Views({ label }: { label: string }) {
  const place = useLocation();
  const navigate = useNavigate();
  const { value, change } = usePreference("console.views", NO_VIEWS);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const views = value[place.pathname] ?? [];
  const keep = (next: readonly View[]) => change((all) => ({ ...all, [place.pathname]: next }));
  const save = (event: FormEvent) => {
    event.preventDefault();
    keep([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), search: place.searchStr }]);
    setNaming(false);
    setName("");
  };
  return (
    <Popover opened={naming} onChange={setNaming} position="bottom-end" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <span>
          <Menu position="bottom-end" withinPortal={false}>
            <Menu.Target><Button variant="default" aria-label={`Views of ${label}`}>Views</Button></Menu.Target>
            <Menu.Dropdown>
              {views.map((view) => (
                <Menu.Item key={view.name} onClick={() => void navigate({ href: `${place.pathname}${view.search}` })}>{view.name}</Menu.Item>
              ))}
              <Menu.Item onClick={() => setNaming(true)}>Keep these filters as a view…</Menu.Item>
              {views.filter((view) => view.search === place.searchStr).map((view) => (
                <Menu.Item key={view.name} onClick={() => keep(views.filter((one) => one !== view))}>Remove the view {view.name}</Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </span>
      </Popover.Target>
      <Popover.Dropdown aria-label="A view to keep" role="dialog">
        <form onSubmit={save} className={classes["naming"]}>
          <TextInput label="Name of the view" value={name} maxLength={60} required onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
          <Button type="submit" variant="filled" disabled={name.trim() === ""}>Keep</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
