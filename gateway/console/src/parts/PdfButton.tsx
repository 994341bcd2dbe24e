// A list as a PDF to print and to review: all that matches the filters, as the suite prints it.

import { Button } from "@mantine/core";
import { useState } from "react";
import { fileOf } from "../api/calls.ts";
import { Fault } from "./Fault.tsx";

export function PdfButton({ name, path, query }: { name: string; path: string; query: object }) {
  const [error, setError] = useState<Error | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  async function get(): Promise<void> {
    setError(undefined);
    setAsking(true);
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await fileOf(path, query, "application/pdf"));
      link.download = `${name}.pdf`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failed) {
      setError(failed as Error);
    } finally {
      setAsking(false);
    }
  }
  return (
    <>
      <Button variant="default" loading={asking} onClick={() => void get()} title="All that matches the filters, to print and to review">Print (PDF)</Button>
      {error !== undefined && <Fault error={error} />}
    </>
  );
}
