// A file of the suite, such as a list as PDF. It is asked for when it is wanted, and then saved or shown by the browser.

import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Fault } from "./Fault.tsx";

export function FileLink({ words, name, get }: { words: string; name: string; get: () => Promise<Blob> }) {
  const asking = useMutation({
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
  return (
    <>
      <Button variant="subtle" loading={asking.isPending} onClick={() => asking.mutate()}>{words}</Button>
      {asking.error !== null && <Fault error={asking.error} />}
    </>
  );
}
