import type { Row } from "./rows.ts";

const SORTS = ["configured", "rate", "sessions", "queue", "response", "errors", "state"] as const;

export type Sort = (typeof SORTS)[number];

/** What the one who looks has chosen. */
export interface View {
  readonly sort: Sort;
  readonly filter: string;
  /** Keys go to the filter. */
  readonly typing: boolean;
  readonly paused: boolean;
  /** First line of the table that is shown. */
  readonly top: number;
  readonly quit: boolean;
}

export const firstView: View = {
  sort: "configured",
  filter: "",
  typing: false,
  paused: false,
  top: 0,
  quit: false,
};

/** The view after a key, as a terminal sends it. `page`: lines that the table has. */
export function pressed(view: View, key: string, page: number): View {
  if (key === "\x03") return { ...view, quit: true };
  if (view.typing) return typed(view, key);
  const scroll = (by: number): View => ({ ...view, top: Math.max(0, view.top + by) });
  switch (key) {
    case "q":
    case "Q":
      return { ...view, quit: true };
    case "s":
      return { ...view, sort: next(view.sort, 1), top: 0 };
    case "S":
      return { ...view, sort: next(view.sort, SORTS.length - 1), top: 0 };
    case "p":
    case " ":
      return { ...view, paused: !view.paused };
    case "/":
      return { ...view, typing: true, top: 0 };
    case "\x1b":
      return { ...view, filter: "", top: 0 };
    case "j":
    case "\x1b[B":
      return scroll(1);
    case "k":
    case "\x1b[A":
      return scroll(-1);
    case "\x1b[6~":
      return scroll(page);
    case "\x1b[5~":
      return scroll(-page);
    default:
      return view;
  }
}

function typed(view: View, key: string): View {
  if (key === "\r" || key === "\n") return { ...view, typing: false };
  if (key === "\x1b") return { ...view, typing: false, filter: "" };
  if (key === "\x7f" || key === "\b") return { ...view, filter: view.filter.slice(0, -1) };
  return /^\P{Cc}+$/u.test(key) ? { ...view, filter: (view.filter + key).slice(0, 60) } : view;
}

function next(sort: Sort, step: number): Sort {
  return SORTS[(SORTS.indexOf(sort) + step) % SORTS.length] ?? "configured";
}

/** A host's rows in the order and of the names that are wanted. */
export function chosen<T extends { readonly node: string; readonly row: Row }>(
  rows: readonly T[],
  { sort, filter }: View,
): readonly T[] {
  const wanted = filter.toLowerCase();
  const found = rows.filter(({ node, row }) =>
    `${node} ${row.proxy}/${row.server ?? row.kind} ${row.state}`.toLowerCase().includes(wanted),
  );
  // Sorting is stable, so equal ones stay in the order of the configuration.
  return sort === "configured" ? found : found.sort((a, b) => rank(b.row, sort) - rank(a.row, sort));
}

function rank(row: Row, sort: Sort): number {
  switch (sort) {
    case "configured":
      return 0;
    case "rate":
      return row.rate ?? 0;
    case "sessions":
      return row.sessions;
    case "queue":
      return row.queue ?? 0;
    case "response":
      return row.responseMs ?? 0;
    case "errors":
      return (row.errors ?? 0) + (row.failures ?? 0);
    case "state":
      return isWell(row.state) ? 0 : 1;
  }
}

export const isWell = (state: string): boolean => /^(UP|OPEN|no check)/.test(state);
