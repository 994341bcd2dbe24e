// What the pages of security keep in their addresses.

import { day, flag, text } from "../frame/searches.ts";

export interface GroupsSearch {
  search?: string;
  sort?: string;
}

export function groupsSearch(given: Record<string, unknown>): GroupsSearch {
  return { ...text(given, "search"), ...text(given, "sort") };
}

export interface UsersSearch {
  search?: string;
  active?: boolean;
  kind?: string;
  sort?: string;
}

export function usersSearch(given: Record<string, unknown>): UsersSearch {
  return { ...text(given, "search"), ...flag(given, "active"), ...text(given, "kind"), ...text(given, "sort") };
}

export interface AuditSearch {
  of?: string;
  name?: string;
  operation?: string;
  path?: string;
  request_id?: string;
  from?: string;
  to?: string;
  sort?: string;
}

export function auditSearch(given: Record<string, unknown>): AuditSearch {
  return {
    ...text(given, "of"), ...text(given, "name"), ...text(given, "operation"), ...text(given, "path"), ...text(given, "request_id"),
    ...day(given, "from"), ...day(given, "to"), ...text(given, "sort"),
  };
}
