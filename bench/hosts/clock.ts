/** CLOCK_MONOTONIC in milliseconds: the same clock in every process of a machine and of its lab hosts. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
