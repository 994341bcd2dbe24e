// The audit lists of a batch as PDF, to be read before it is posted.

import { Button, Menu } from "@mantine/core";
import { fileOf } from "../../api/calls.ts";
import { FileItem } from "../../parts/FileLink.tsx";
import { nameOf, type BatchRow } from "./rules.ts";

const LISTS = [["Batch list", "batch-list"], ["GL distributions", "gl-distribution-list"], ["Error list", "findings"]] as const;

export function AuditLists({ batch }: { batch: BatchRow }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target><Button variant="default">Audit lists ▾</Button></Menu.Target>
      <Menu.Dropdown>
        {LISTS.map(([words, list]) => (
          <FileItem key={list} words={`${words} (PDF)`} name={`${words}, batch ${nameOf(batch).replace("#", "")}.pdf`}
            get={() => fileOf(`/api/v1/receivables/batches/${batch.id}/${list}`, {}, "application/pdf")} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
