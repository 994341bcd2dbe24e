// The ages of work in progress, in days since the service.

export interface Age {
  value: string;
  words: string;
  filter: { age_from?: number; age_to?: number };
}

export const AGES: readonly Age[] = [
  { value: "week", words: "Up to 7 days", filter: { age_to: 7 } },
  { value: "month", words: "8 to 30 days", filter: { age_from: 8, age_to: 30 } },
  { value: "two-months", words: "31 to 60 days", filter: { age_from: 31, age_to: 60 } },
  { value: "older", words: "More than 60 days", filter: { age_from: 61 } },
];

/** The age that the filters of an address stand for. */
export function ageOf(search: { age_from?: number; age_to?: number }): string | undefined {
  if (search.age_from === undefined && search.age_to === undefined) return undefined;
  return AGES.find((age) => age.filter.age_from === search.age_from && age.filter.age_to === search.age_to)?.value;
}
