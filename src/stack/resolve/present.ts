/** An object type without `undefined` values: absent keys are absent. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops the keys whose value is undefined, so that equal definitions give equal JSON. */
export function present<T extends object>(value: T): T extends unknown ? Present<T> : never {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T extends unknown
    ? Present<T>
    : never;
}
