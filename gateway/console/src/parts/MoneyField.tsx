// A field for an amount: it takes `1,045.07`, `$5`, `(45.10)`, `45.10-` and `12*45`, and passes on a decimal string.

import { TypedField, type FieldGiven } from "./TypedField.tsx";

export function MoneyField(given: FieldGiven) {
  return <TypedField kind="money" {...given} />;
}
