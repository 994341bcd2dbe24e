// Which columns of a list a user sees, and in which order. Pinned columns stay: a row without its name says nothing.

export interface ColumnChoice {
  hidden: readonly string[];
  /** The columns in the order of the user; those that are not named keep their places after them. */
  order: readonly string[];
}

export const AS_MADE: ColumnChoice = { hidden: [], order: [] };

interface Named {
  field: string;
  pin?: "left" | "right";
}

/** All columns in the order of the user, the pinned ones at their sides. */
export function arranged<Column extends Named>(columns: readonly Column[], choice: ColumnChoice): Column[] {
  const rank = (column: Column) => {
    const place = choice.order.indexOf(column.field);
    return place === -1 ? choice.order.length + columns.indexOf(column) : place;
  };
  const side = (column: Column) => (column.pin === "left" ? 0 : column.pin === "right" ? 2 : 1);
  return [...columns].sort((one, other) => side(one) - side(other) || (one.pin === undefined ? rank(one) - rank(other) : 0));
}

/** The columns that are shown. */
export function shown<Column extends Named>(columns: readonly Column[], choice: ColumnChoice): Column[] {
  return arranged(columns, choice).filter((column) => column.pin !== undefined || !choice.hidden.includes(column.field));
}

/** The choice with a column moved before or after its neighbor. */
export function moved<Column extends Named>(columns: readonly Column[], choice: ColumnChoice, field: string, by: 1 | -1): ColumnChoice {
  const order = arranged(columns, choice).filter((column) => column.pin === undefined).map((column) => column.field);
  const place = order.indexOf(field);
  const other = order[place + by];
  if (place === -1 || other === undefined) return choice;
  order[place] = other;
  order[place + by] = field;
  return { ...choice, order };
}

/** The choice with a column hidden, or shown again. */
export function toggled(choice: ColumnChoice, field: string): ColumnChoice {
  const hidden = choice.hidden.includes(field) ? choice.hidden.filter((one) => one !== field) : [...choice.hidden, field];
  return { ...choice, hidden };
}
