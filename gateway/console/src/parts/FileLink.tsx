// A file of the suite, such as a list as PDF. It is asked for when it is wanted, and then saved by the browser.

import { Button, Menu } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Fault } from "./Fault.tsx";

interface Given {
  words: string;
  /** The name under which it is saved. */
  name: string;
  get: () => Promise<Blob>;
}

function useFile({ name, get }: Omit<Given, "words">) {
  return useMutation({
    mutationFn: get,
    onSuccess: (file) => {
      const address = URL.createObjectURL(file);
      const link = document.createElement("a");
      link.href = address;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    },
  });
}

/** A button for a file; `about` is said when the pointer is on it. */
export function FileLink({ words, name, get, about }: Given & { about?: string }) {
  const asking = useFile({ name, get });
  return (
    <>
      <Button variant="default" loading={asking.isPending} onClick={() => asking.mutate()} title={about}>{words}</Button>
      {asking.error !== null && <Fault error={asking.error} />}
    </>
  );
}

/** An item of a menu for a file. */
export function FileItem({ words, name, get }: Given) {
  const asking = useFile({ name, get });
  return (
    <>
      <Menu.Item closeMenuOnClick={false} disabled={asking.isPending} onClick={() => asking.mutate()}>{words}</Menu.Item>
      {asking.error !== null && <Fault error={asking.error} />}
    </>
  );
}
